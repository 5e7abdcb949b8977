import { randomBytes } from 'node:crypto';
import { Core } from './core/core.ts';
import { Driver } from './driver.ts';
import { Faults } from './faults.ts';
import type { Service } from './service.ts';
import { openGrpcDoor } from './wire/grpc-door.ts';

export interface PubSubEmulatorOptions {
  /** gRPC port; 0, the default, picks a free one. */
  port?: number;
  /** Address to listen on: an IPv4 one, since clients split host and port at the first ":". Default 127.0.0.1. */
  host?: string;
  /** Port of the HTTP admin door; 0, the default, picks a free one. */
  adminPort?: number;
  /** Folder that keeps the state over restarts; absent: in memory only. */
  stateDir?: string;
  /** How long a message stays hidden after the reply to its publish (ms). Default 5. */
  deliveryDelayMs?: number;
}

export interface PubSubEmulator {
  /** What to put in PUBSUB_EMULATOR_HOST. */
  readonly host: string;
  readonly admin: string;
  close(): Promise<void>;
}

/** Starts an embedded Pub/Sub in this process. Rejects when a port is taken. */
export async function startPubSubEmulator(options: PubSubEmulatorOptions = {}): Promise<PubSubEmulator> {
  const host = options.host ?? '127.0.0.1';
  const core = new Core({
    epoch: randomBytes(4).readUInt32BE().toString(36),
    idBase: Math.floor(Date.now() / 1000) * 1_000_000,
    deliveryDelayMs: options.deliveryDelayMs ?? 5,
  });
  const driver = new Driver(core);
  const service: Service = { core, driver, faults: new Faults(), commit: (then) => then() };
  const door = await openGrpcDoor(service, host, options.port ?? 0);
  return {
    host: `${host}:${door.port}`,
    admin: `${host}:0`,
    close: async () => {
      await door.close();
      driver.close();
    },
  };
}
