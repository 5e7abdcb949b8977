import { collectDefaultMetrics, Registry } from 'prom-client';

/** A registry with process, memory and event loop figures. */
export function createMetrics(service: string): Registry {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  collectDefaultMetrics({ register: registry });
  return registry;
}
