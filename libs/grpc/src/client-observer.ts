import type { DescMethod } from '@bufbuild/protobuf';
import type { Metadata } from '@grpc/grpc-js';

/** Sees every outgoing call; may add headers before it starts (trace context). */
export interface ClientObserver {
  start(method: DescMethod, metadata: Metadata): { end(code: number): void };
}

let observer: ClientObserver | undefined;

/** Sets the observer of all clients of the process; telemetry is a matter of the process, not of one client. */
export function setClientObserver(next: ClientObserver | undefined): void {
  observer = next;
}

export function observeClientCall(method: DescMethod, metadata: Metadata): { end(code: number): void } | undefined {
  return observer?.start(method, metadata);
}
