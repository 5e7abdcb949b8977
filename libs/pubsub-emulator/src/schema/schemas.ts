import { createHash } from 'node:crypto';
import { create } from '@bufbuild/protobuf';
import { type Schema, SchemaSchema, type SchemaSettings, SchemaView } from '@kiban/contracts/google/pubsub/v1';
import type { Core } from '../core/core.ts';
import { alreadyExists, Code, failedPrecondition, invalid, notFound, PubSubError } from '../core/errors.ts';
import { checkName } from '../core/names.ts';
import { timestamp } from '../core/time.ts';
import { compileSchema } from './schema-type.ts';

/** What topics call their schema once it is deleted. */
export const DELETED_SCHEMA = '_deleted-schema_';
const MAX_REVISIONS = 20;

function revision(name: string, schema: Schema, number: number, now: number): Schema {
  const revisionId = createHash('sha256').update(`${name} ${number} ${now}`).digest('hex').slice(0, 8);
  const { type, definition } = schema;
  return create(SchemaSchema, { name, type, definition, revisionId, revisionCreateTime: timestamp(now) });
}

function save(core: Core, name: string, revisions: readonly Schema[]): void {
  core.schemas.set(name, revisions);
  core.journal?.schema(name, revisions);
}

export function createSchema(core: Core, name: string, schema: Schema | undefined, now: number): Schema {
  checkName('schemas', name, 'schema_id');
  if (!schema) throw invalid('The schema is missing.');
  if (core.schemas.has(name)) throw alreadyExists(name);
  compileSchema(schema);
  const first = revision(name, schema, 1, now);
  save(core, name, [first]);
  return first;
}

/** `projects/p/schemas/s`, or with `@revision`; the newest revision without. */
export function getRevision(core: Core, name: string): Schema {
  const [plain, revisionId] = name.split('@', 2) as [string, string | undefined];
  const revisions = getRevisions(core, plain);
  const found = revisionId === undefined ? revisions.at(-1) : revisions.find((each) => each.revisionId === revisionId);
  if (!found) throw notFound(name);
  return found;
}

export function getRevisions(core: Core, name: string): readonly Schema[] {
  const revisions = core.schemas.get(name);
  if (revisions) return revisions;
  throw notFound(checkName('schemas', name, 'name'));
}

export function commitSchema(core: Core, name: string, schema: Schema | undefined, now: number): Schema {
  const revisions = getRevisions(core, name);
  if (!schema) throw invalid('The schema is missing.');
  if (schema.type !== revisions[0]?.type) throw invalid('A revision must have the type of the schema.');
  if (revisions.length >= MAX_REVISIONS) {
    throw new PubSubError(
      Code.RESOURCE_EXHAUSTED,
      `The schema has ${MAX_REVISIONS} revisions, which is the limit: delete one first.`,
    );
  }
  compileSchema(schema);
  const next = revision(name, schema, revisions.length + 1, now);
  save(core, name, [...revisions, next]);
  return next;
}

/** Commits an earlier revision again. */
export function rollbackSchema(core: Core, name: string, revisionId: string, now: number): Schema {
  if (revisionId === '') throw invalid('revision_id must be set.');
  return commitSchema(core, name, getRevision(core, `${name}@${revisionId}`), now);
}

export function deleteRevision(core: Core, name: string): Schema {
  const [plain, revisionId] = name.split('@', 2) as [string, string | undefined];
  if (revisionId === undefined)
    throw invalid(`Invalid name "${name}": name a revision, projects/{project}/schemas/{schema}@{revision}.`);
  const revisions = getRevisions(core, plain);
  getRevision(core, name);
  if (revisions.length === 1)
    throw failedPrecondition('The only revision of a schema cannot be deleted: delete the schema.');
  const rest = revisions.filter((each) => each.revisionId !== revisionId);
  save(core, plain, rest);
  return rest.at(-1) as Schema;
}

export function deleteSchema(core: Core, name: string): void {
  getRevisions(core, name);
  core.schemas.delete(name);
  core.policies.delete(name);
  core.journal?.schema(name, undefined);
  for (const topic of core.topics.values()) {
    const settings = topic.config.schemaSettings;
    if (settings?.schema !== name) continue;
    topic.config = { ...topic.config, schemaSettings: { ...settings, schema: DELETED_SCHEMA } };
    core.journal?.topic(topic.name, topic.config);
  }
}

/** Refuses settings of a topic that no message could be checked with. */
export function checkSchemaSettings(core: Core, settings: SchemaSettings): void {
  if (settings.schema === DELETED_SCHEMA) return;
  getRevisions(core, settings.schema);
  if (settings.encoding === 0) throw invalid('schema_settings.encoding must be JSON or BINARY.');
  for (const id of [settings.firstRevisionId, settings.lastRevisionId]) {
    if (id !== '') getRevision(core, `${settings.schema}@${id}`);
  }
}

/** BASIC leaves out the definition. */
export const inView = (schema: Schema, view: SchemaView, standard: SchemaView): Schema =>
  (view || standard) === SchemaView.FULL ? schema : { ...schema, definition: '' };
