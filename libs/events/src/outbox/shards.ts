/** Shards of the outbox. A key always falls into the same one; outbox_publish masks its hash with SHARDS - 1. */
export const SHARDS = 16;
