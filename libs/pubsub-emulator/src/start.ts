import { randomBytes } from 'node:crypto';
import { openAdminDoor } from './admin/admin-door.ts';
import { Core } from './core/core.ts';
import { forwardDeadLetter } from './core/dead-letter.ts';
import { Housekeeping } from './core/housekeeping.ts';
import { Driver } from './driver.ts';
import { Faults } from './faults.ts';
import { checkAgainstSchema } from './schema/schema-gate.ts';
import { loadSchemaLanguages } from './schema/schema-type.ts';
import { checkSchemaSettings } from './schema/schemas.ts';
import type { Service } from './service.ts';
import { PushSigner } from './push/push-key.ts';
import { Pushing } from './push/pushing.ts';
import { applySetup, type Setup } from './setup.ts';
import { Store } from './store/store.ts';
import { openGrpcDoor } from './wire/grpc-door.ts';

export interface PubSubEmulatorOptions {
  /** gRPC port; 0, the default, picks a free one. */
  port?: number;
  /** Address to listen on: an IPv4 one, since clients split host and port at the first ":". Default 127.0.0.1. */
  host?: string;
  /** Port of the HTTP admin door; 0, the default, picks a free one. */
  adminPort?: number;
  /** `iss` of the tokens that push requests carry; its discovery document is the admin door's. Default http://HOST:ADMIN_PORT. */
  issuer?: string;
  /** Folder that keeps the state over restarts; absent: in memory only. */
  stateDir?: string;
  /** Wait for the disk before answering, to survive a power cut and not only the death of the process. Default false. */
  sync?: boolean;
  /** A log larger than this (bytes) is rewritten once most of it is history. Default 64 MiB. */
  rewriteFrom?: number;
  /** Topics and subscriptions to create if missing. */
  setup?: Setup;
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
  core.checkSchemaSettings = (settings) => checkSchemaSettings(core, settings);
  core.onPublish = (topic, messages) => checkAgainstSchema(core, topic, messages);
  core.onGiveUp = (subscription, entry, now) => forwardDeadLetter(core, subscription, entry, now);
  const driver = new Driver(core);
  const store = options.stateDir
    ? new Store(core, { ...options, dir: options.stateDir, sync: options.sync ?? false }, driver.now())
    : undefined;
  if (core.schemas.size > 0) await loadSchemaLanguages();
  new Housekeeping(core, driver.now());
  if (options.setup) applySetup(core, options.setup, driver.now());
  driver.schedule();
  const commit: Service['commit'] = store ? (then) => store.commit(then) : (then) => then();
  const service: Service = { core, driver, faults: new Faults(), commit };
  const signer = new PushSigner(options.stateDir);
  const pushing = new Pushing(driver, signer);
  const door = await openGrpcDoor(service, host, options.port ?? 0);
  const admin = await openAdminDoor(service, door, signer, host, options.adminPort ?? 0);
  signer.issuer = options.issuer ?? `http://${host}:${admin.port}`;
  return {
    host: `${host}:${door.port}`,
    admin: `${host}:${admin.port}`,
    close: async () => {
      pushing.close();
      await Promise.all([door.close(), admin.close()]);
      driver.close();
      await store?.close();
    },
  };
}
