/** 1 KB: 20 nested items, made anew for each call as handlers do. */
export function reply() {
  const articles = Array.from({ length: 20 }, (_, i) => ({
    name: `articles/0123456789-${i}`,
    score: i / 20,
    reason: 'read by many',
  }));
  return { articles };
}
