import { ChannelCredentials, Client, type ClientOptions, credentials, Metadata } from '@grpc/grpc-js';
import { type DescMethodUnary, type DescMessage, fromBinary, type MessageShape, toBinary } from '@bufbuild/protobuf';
import type { AuthClient } from 'google-auth-library';
import type { PubSubConnection } from './connection.ts';
import { PubSubError } from './pubsub-error.ts';

const GOOGLE = 'pubsub.googleapis.com:443';
const SCOPE = 'https://www.googleapis.com/auth/pubsub';
/** After an outage the connection stands within 2 s; gRPC's own limit is 120 s. */
export const RECONNECT = {
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 2_000,
} as const;
const OPTIONS: ClientOptions = {
  'grpc.max_receive_message_length': 32 * 1024 * 1024,
  'grpc.max_send_message_length': 32 * 1024 * 1024,
  'grpc.keepalive_time_ms': 60_000,
  'grpc.keepalive_timeout_ms': 10_000,
  ...RECONNECT,
};

export interface CallOptions {
  /** Milliseconds until the call counts as failed. Default 10,000. */
  readonly timeoutMs?: number;
  /** Wait for a connection until then instead of failing at once. Default false. */
  readonly waitForReady?: boolean;
}

/** Unary calls to Pub/Sub with a deadline of their own. Opens its connection with the first call. */
export interface PubSubChannel {
  /** @throws PubSubError */
  call<I extends DescMessage, O extends DescMessage>(
    method: DescMethodUnary<I, O>,
    request: MessageShape<I>,
    options?: CallOptions,
  ): Promise<MessageShape<O>>;
  /** The same for a request that is encoded already. @throws PubSubError */
  send<I extends DescMessage, O extends DescMessage>(
    method: DescMethodUnary<I, O>,
    request: Uint8Array,
    options?: CallOptions,
  ): Promise<MessageShape<O>>;
  close(): void;
}

/**
 * One HTTP/2 connection, without the generated Google client: that one adds 20 MB and 300 ms to every process, and its
 * retries run past our deadlines (docs/adr/0002-pubsub-publisher.md). Default deadline: 10,000 ms.
 */
export function openChannel(connection: PubSubConnection): PubSubChannel {
  let opening: Promise<Client> | undefined;
  const client = () => (opening ??= connect(connection));
  const send: PubSubChannel['send'] = async (method, request, { timeoutMs = 10_000, waitForReady = false } = {}) => {
    const path = `/${method.parent.typeName}/${method.name}`;
    const grpc = await client().catch((error: unknown) => {
      opening = undefined;
      throw PubSubError.from(error, method.name);
    });
    return new Promise((resolve, reject) => {
      grpc.makeUnaryRequest(
        path,
        asBuffer,
        (bytes) => fromBinary(method.output, bytes),
        request,
        new Metadata({ waitForReady }),
        { deadline: Date.now() + timeoutMs },
        (error, reply) => {
          if (error !== null || reply === undefined) reject(PubSubError.from(error, method.name));
          else resolve(reply);
        },
      );
    });
  };
  return {
    send,
    call: (method, request, options) => send(method, toBinary(method.input, request), options),
    close: () => void opening?.then((open) => open.close()).catch(() => undefined),
  };
}

async function connect(connection: PubSubConnection): Promise<Client> {
  if (connection.emulatorHost !== undefined) {
    return new Client(connection.emulatorHost, credentials.createInsecure(), OPTIONS);
  }
  // Loaded only against Google: a laptop never pays for it.
  const { GoogleAuth } = await import('google-auth-library');
  const auth = await new GoogleAuth({ scopes: [SCOPE] }).getClient();
  // Not createFromGoogleCredential: it reads headers as a plain object and the auth library returns `Headers`.
  const token = credentials.createFromMetadataGenerator(({ service_url }, done) => {
    void addHeaders(auth, service_url, done);
  });
  const secure: ChannelCredentials = credentials.combineChannelCredentials(credentials.createSsl(), token);
  return new Client(GOOGLE, secure, OPTIONS);
}

async function addHeaders(
  auth: Pick<AuthClient, 'getRequestHeaders'>,
  url: string,
  done: (error: Error | null, metadata?: Metadata) => void,
): Promise<void> {
  try {
    const metadata = new Metadata();
    for (const [name, value] of await auth.getRequestHeaders(url)) metadata.set(name, value);
    done(null, metadata);
  } catch (error) {
    done(error instanceof Error ? error : new Error(String(error)));
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
