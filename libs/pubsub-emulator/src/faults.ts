import type { Delivery } from './core/acknowledging.ts';

/** Where faults get in. */
export class Faults {
  /** Called before a call is served; throws to refuse it. */
  calling(_method: string): void {}

  delivering(_subscription: string, deliveries: Delivery[]): Delivery[] {
    return deliveries;
  }

  acking(_subscription: string, ackIds: readonly string[]): readonly string[] {
    return ackIds;
  }
}
