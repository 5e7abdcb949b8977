import type { Labels, LabelSelector } from './manifest.ts';

/** Whether a label selector takes an object with these labels. An empty selector takes all, a missing one none. */
export function selects(selector: LabelSelector | undefined, labels: Labels = {}): boolean {
  if (!selector) return false;
  const byLabels = Object.entries(selector.matchLabels ?? {}).every(([key, value]) => labels[key] === value);
  return byLabels && (selector.matchExpressions ?? []).every((expression) => holds(expression, labels));
}

function holds(
  { key, operator, values = [] }: NonNullable<LabelSelector['matchExpressions']>[number],
  labels: Labels,
): boolean {
  const value = labels[key];
  if (operator === 'Exists') return value !== undefined;
  if (operator === 'DoesNotExist') return value === undefined;
  const found = value !== undefined && values.includes(value);
  return operator === 'NotIn' ? !found : found;
}
