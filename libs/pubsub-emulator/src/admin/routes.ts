import { create, toBinary } from '@bufbuild/protobuf';
import { PublishRequestSchema, SeekRequestSchema } from '@kiban/contracts/google/pubsub/v1';
import { Code, invalid, PubSubError } from '../core/errors.ts';
import { publish } from '../core/publishing.ts';
import { seek } from '../core/snapshots.ts';
import { deleteSnapshot } from '../core/snapshots.ts';
import { deleteSubscription } from '../core/subscriptions.ts';
import { timestamp } from '../core/time.ts';
import { deleteTopic, getTopic } from '../core/topics.ts';
import { readFault } from './read-fault.ts';
import type { PushSigner } from '../push/push-key.ts';
import type { Service } from '../service.ts';
import type { GrpcDoor } from '../wire/grpc-door.ts';
import { readPublishRequest } from '../wire/publish-request.ts';
import { messagesView, snapshotsView, subscriptionsView, topicsView } from './inspect.ts';
import { metricsText } from './metrics.ts';
import { PAGE } from './page.ts';

type Body = Readonly<Record<string, unknown>>;
type Route = (query: URLSearchParams, body: Body) => unknown;

const text = (body: Body, field: string): string => {
  const value = body[field];
  if (typeof value === 'string') return value;
  throw invalid(`"${field}" must be a text.`);
};

/** `METHOD /path` to what it answers: a text, or something to send as JSON. */
export function adminRoutes(service: Service, grpc: GrpcDoor, signer: PushSigner): Readonly<Record<string, Route>> {
  const { core, driver, faults, commit } = service;
  const issuer = (): object => ({
    issuer: signer.issuer,
    jwks_uri: `${signer.issuer}/.well-known/jwks.json`,
    id_token_signing_alg_values_supported: ['RS256'],
    response_types_supported: ['id_token'],
    subject_types_supported: ['public'],
  });
  const clock = (): object => ({
    now: new Date(driver.now()).toISOString(),
    offsetMs: driver.offset,
    host: grpc.address,
  });
  return {
    'GET /': () => PAGE,
    'GET /healthz': () => 'ok\n',
    'GET /readyz': () => 'ok\n',
    'GET /metrics': () => metricsText(core, grpc.streams.size),
    'GET /.well-known/openid-configuration': issuer,
    'GET /.well-known/jwks.json': () => signer.jwks(),
    'GET /api/topics': () => topicsView(core),
    'GET /api/subscriptions': () =>
      subscriptionsView(core, driver.now(), (subscription) => driver.outlets(subscription).length),
    'GET /api/snapshots': () => snapshotsView(core),
    'GET /api/messages': (query) =>
      messagesView(
        core,
        query.get('subscription') ?? '',
        Math.min(10_000, Number(query.get('limit') ?? 50) || 50),
        driver.now(),
      ),
    'POST /api/publish': (_query, body) => publishByHand(service, body),
    'POST /api/seek': (_query, body) => {
      const target =
        typeof body['snapshot'] === 'string'
          ? { case: 'snapshot' as const, value: body['snapshot'] }
          : { case: 'time' as const, value: timestamp(timeOf(text(body, 'time'))) };
      seek(core, create(SeekRequestSchema, { subscription: text(body, 'subscription'), target }), driver.now());
      driver.schedule();
      return commit(() => ({}));
    },
    'POST /api/reset': () => {
      for (const name of core.snapshots.keys()) deleteSnapshot(core, name);
      for (const name of core.subscriptions.keys()) deleteSubscription(core, name);
      for (const name of core.topics.keys()) deleteTopic(core, name);
      for (const name of core.schemas.keys()) core.journal?.schema(name, undefined);
      core.schemas.clear();
      faults.clear();
      return commit(() => ({}));
    },
    'GET /api/clock': clock,
    'POST /api/clock': (_query, body) => {
      const ms = body['advanceMs'];
      if (typeof ms !== 'number' || !(ms >= 0))
        throw invalid('"advanceMs" must be a number of milliseconds, not negative.');
      driver.offset += ms;
      driver.schedule();
      return clock();
    },
    'GET /api/faults': () => faults.list(),
    'POST /api/faults': (_query, body) => {
      faults.add(readFault(body));
      return faults.list();
    },
    'DELETE /api/faults': () => {
      faults.clear();
      return [];
    },
    'POST /api/disconnect': (_query, body) => {
      const only = typeof body['subscription'] === 'string' ? body['subscription'] : undefined;
      const cut = [...grpc.streams].filter((stream) => only === undefined || stream.subscription === only);
      for (const stream of cut) stream.fail(new PubSubError(Code.UNAVAILABLE, 'Injected fault: the stream was cut.'));
      return { streams: cut.length };
    },
  };
}

function publishByHand({ core, driver, commit }: Service, body: Body): unknown {
  const topic = getTopic(core, text(body, 'topic'));
  const request = create(PublishRequestSchema, {
    messages: [
      {
        data: Buffer.from(typeof body['data'] === 'string' ? body['data'] : ''),
        attributes: (body['attributes'] as Record<string, string> | undefined) ?? {},
        orderingKey: typeof body['orderingKey'] === 'string' ? body['orderingKey'] : '',
      },
    ],
  });
  const raw = readPublishRequest(Buffer.from(toBinary(PublishRequestSchema, request)));
  const published = publish(core, topic, raw.messages(), driver.now());
  return commit(() => {
    driver.release(topic, published.visibility);
    return { messageIds: published.messages.map((message) => core.messageId(message.seq)) };
  });
}

function timeOf(time: string): number {
  const ms = Date.parse(time);
  if (Number.isNaN(ms)) throw invalid(`"${time}" is not a time; write 2026-01-31T12:00:00Z.`);
  return ms;
}
