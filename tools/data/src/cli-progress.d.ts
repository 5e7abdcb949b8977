// cli-progress ships no types: the part that is used here.
declare module 'cli-progress' {
  export interface Options {
    format: string;
    stream: NodeJS.WritableStream;
    hideCursor: boolean;
    clearOnComplete: boolean;
    etaBuffer: number;
    fps: number;
  }
  export class SingleBar {
    constructor(options: Partial<Options>);
    start(total: number, value: number, payload?: Record<string, string>): void;
    update(value: number, payload?: Record<string, string>): void;
    stop(): void;
  }
}
