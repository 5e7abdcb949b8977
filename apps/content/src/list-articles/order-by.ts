import { ServiceError } from '@kiban/grpc';

/** An order of ListArticles. */
export interface Order {
  column: 'create_time' | 'update_time' | 'title';
  direction: 'asc' | 'desc';
}

const ORDERS: Record<string, Order> = {
  'create_time desc': { column: 'create_time', direction: 'desc' },
  create_time: { column: 'create_time', direction: 'asc' },
  'update_time desc': { column: 'update_time', direction: 'desc' },
  update_time: { column: 'update_time', direction: 'asc' },
  title: { column: 'title', direction: 'asc' },
};

const ALIASES: Record<string, string> = { '': 'create_time desc' };

/**
 * Reads an order_by; newest first when empty. JSON names (`createTime`) and a redundant `asc` are taken too.
 * Throws INVALID_ARGUMENT naming orderBy.
 */
export function parseOrderBy(text: string): Order {
  const plain = text
    .trim()
    .replace(/\s+/g, ' ')
    .replace(/^(create|update)Time\b/, '$1_time')
    .replace(/ asc$/i, '')
    .replace(/ desc$/i, ' desc');
  const key = ALIASES[plain] ?? plain;
  const order = Object.hasOwn(ORDERS, key) ? ORDERS[key] : undefined;
  if (order) return order;
  throw ServiceError.invalidArgument([
    {
      field: 'orderBy',
      description: `cannot order by ${JSON.stringify(text)}: use one of ${Object.keys(ORDERS).join(', ')}`,
    },
  ]);
}
