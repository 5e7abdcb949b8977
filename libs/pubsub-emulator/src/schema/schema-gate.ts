import { create, toBinary } from '@bufbuild/protobuf';
import { Encoding, PubsubMessageSchema, type Schema, type SchemaSettings } from '@kiban/contracts/google/pubsub/v1';
import type { Core } from '../core/core.ts';
import { invalid, PubSubError } from '../core/errors.ts';
import { dataOf, type RawMessage } from '../core/message-codec.ts';
import type { TopicState } from '../core/topic.ts';
import { compileSchema, type MessageCheck } from './schema-type.ts';
import { DELETED_SCHEMA, getRevisions } from './schemas.ts';

const compiled = new WeakMap<Schema, MessageCheck>();

function checkOf(schema: Schema): MessageCheck {
  const known = compiled.get(schema);
  if (known) return known;
  const check = compileSchema(schema);
  compiled.set(schema, check);
  return check;
}

/** The revision a message belongs to, the newest first; INVALID_ARGUMENT with the newest's reason when to none. */
export function matchingRevision(
  revisions: readonly Schema[],
  data: Uint8Array,
  encoding: Encoding,
  what: string,
): Schema {
  let reason: string | undefined;
  for (const schema of revisions.toReversed()) {
    try {
      checkOf(schema)(data, encoding);
      return schema;
    } catch (error) {
      if (error instanceof PubSubError) throw error;
      reason ??= (error as Error).message;
    }
  }
  throw invalid(
    `${what} does not match the schema (encoding ${Encoding[encoding]}): ${reason ?? 'it has no revision'}.`,
  );
}

/** Checks the messages of a publish against the topic's schema and marks them with it. */
export function checkAgainstSchema(core: Core, topic: TopicState, raws: readonly RawMessage[]): readonly RawMessage[] {
  const settings = topic.config.schemaSettings;
  if (!settings) return raws;
  if (settings.schema === DELETED_SCHEMA)
    throw invalid("The schema of the topic was deleted: update the topic's schema_settings.");
  const allowed = allowedRevisions(core, settings);
  return raws.map((raw, i) => {
    const matched = matchingRevision(allowed, dataOf(raw), settings.encoding, `messages[${i}]`);
    const attributes = {
      googclient_schemaname: matched.name,
      googclient_schemaencoding: Encoding[settings.encoding] as string,
      googclient_schemarevisionid: matched.revisionId,
    };
    return { ...raw, extra: toBinary(PubsubMessageSchema, create(PubsubMessageSchema, { attributes })) };
  });
}

function allowedRevisions(core: Core, { schema, firstRevisionId, lastRevisionId }: SchemaSettings): readonly Schema[] {
  const revisions = getRevisions(core, schema);
  const first = firstRevisionId === '' ? 0 : revisions.findIndex((each) => each.revisionId === firstRevisionId);
  const last =
    lastRevisionId === '' ? revisions.length : revisions.findIndex((each) => each.revisionId === lastRevisionId) + 1;
  return revisions.slice(Math.max(0, first), last);
}
