/** One object inside another, and which of its fields were read. */
interface Watched {
  readonly value: Record<string, unknown>;
  readonly path: string;
  readonly read: ReadonlySet<string>;
}

/**
 * A view of a value that notes which fields are read. A compiled validator reads exactly the fields that its schema
 * knows, so what it never read is unknown to it: the API server refuses that under strict validation.
 */
export function watchReads(value: unknown): { readonly view: unknown; readonly unread: () => string[] } {
  const watched: Watched[] = [];
  return {
    view: watch(value, '', watched),
    unread: () =>
      watched
        .filter(({ value: each }) => !Array.isArray(each))
        .flatMap(({ value: each, path, read }) =>
          Object.keys(each)
            .filter((key) => !read.has(key))
            .map((key) => `${path}/${key}`),
        ),
  };
}

function watch(value: unknown, path: string, watched: Watched[]): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const record = value as Record<string, unknown>;
  const read = new Set<string>();
  const children = new Map<string, unknown>();
  watched.push({ value: record, path, read });
  return new Proxy(record, {
    get(target, key) {
      if (typeof key !== 'string') return Reflect.get(target, key) as unknown;
      read.add(key);
      if (!children.has(key)) children.set(key, watch(target[key], `${path}/${key}`, watched));
      return children.get(key);
    },
  });
}
