import type { Overlay } from './overlay.ts';

/** One thing that every overlay keeps. */
export interface Rule {
  /** File name of its fixtures, too. */
  readonly name: string;
  /** What goes wrong where it is not kept, one sentence. */
  readonly why: string;
  /** One sentence for each place where it is not kept, beginning with the object's kind and name. */
  check(overlay: Overlay): readonly string[];
}
