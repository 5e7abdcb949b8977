/** A JSON number as written: 64-bit integers keep all their digits. */
export class JsonNumber {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** A JSON object as written: order and repeated keys are kept. */
export class JsonObject {
  readonly entries: [key: string, value: JsonNode][] = [];
  constructor(entries: [key: string, value: JsonNode][] = []) {
    this.entries = entries;
  }
}

/** A parsed JSON value that lost nothing of its text. */
export type JsonNode = string | boolean | null | JsonNumber | JsonObject | JsonNode[];

/** `a string`, `an object` and so on, for messages. */
export function describe(node: JsonNode): string {
  if (node === null) return 'null';
  if (typeof node === 'string') return `string ${JSON.stringify(clip(node))}`;
  if (typeof node === 'boolean') return String(node);
  if (node instanceof JsonNumber) return `number ${clip(node.text)}`;
  return Array.isArray(node) ? 'a list' : 'an object';
}

function clip(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
