export { CoReading } from './co-reading.ts';
export { describeReason, type Hit, type IndexedArticle, type Reason } from './document.ts';
export type { FieldWeights } from './fields.ts';
export { type RelatedOptions, type Seed, TextIndex, type TextIndexOptions } from './text-index.ts';
