import { Encoding, type SchemaService, SchemaView } from '@kiban/contracts/google/pubsub/v1';
import { invalid } from '../core/errors.ts';
import { checkProject, projectOf } from '../core/names.ts';
import { page } from '../core/paging.ts';
import { matchingRevision } from '../schema/schema-gate.ts';
import { compileSchema, loadSchemaLanguages } from '../schema/schema-type.ts';
import {
  commitSchema,
  createSchema,
  deleteRevision,
  deleteSchema,
  getRevision,
  getRevisions,
  inView,
  rollbackSchema,
} from '../schema/schemas.ts';
import type { Service } from '../service.ts';
import type { UnaryHandlers } from './unary.ts';

/** google.pubsub.v1.SchemaService. */
export function schemaHandlers({ core, driver, commit }: Service): UnaryHandlers<typeof SchemaService> {
  return {
    createSchema: async (request) => {
      checkProject(request.parent, 'parent');
      await loadSchemaLanguages();
      const name = `${request.parent}/schemas/${request.schemaId}`;
      const schema = createSchema(core, name, request.schema, driver.now());
      return await commit(() => schema);
    },
    getSchema: (request) => inView(getRevision(core, request.name), request.view, SchemaView.FULL),
    listSchemas: (request) => {
      const parent = checkProject(request.parent, 'parent');
      const names = [...core.schemas.keys()].filter((name) => projectOf(name) === parent);
      const { items, nextPageToken } = page(
        `${parent}/schemas`,
        names,
        (name) => name,
        request.pageSize,
        request.pageToken,
      );
      return {
        schemas: items.map((name) => inView(getRevision(core, name), request.view, SchemaView.BASIC)),
        nextPageToken,
      };
    },
    listSchemaRevisions: (request) => {
      // Newest first: the order of pages is that of this key.
      const revisions = getRevisions(core, request.name)
        .toReversed()
        .map((schema, i) => ({ schema, key: String(i).padStart(4, '0') }));
      const { items, nextPageToken } = page(
        `${request.name}/revisions`,
        revisions,
        ({ key }) => key,
        request.pageSize,
        request.pageToken,
      );
      return { schemas: items.map(({ schema }) => inView(schema, request.view, SchemaView.BASIC)), nextPageToken };
    },
    commitSchema: async (request) => {
      await loadSchemaLanguages();
      const schema = commitSchema(core, request.name, request.schema, driver.now());
      return await commit(() => schema);
    },
    rollbackSchema: (request) => rollbackSchema(core, request.name, request.revisionId, driver.now()),
    deleteSchemaRevision: (request) => {
      const name =
        request.name.includes('@') || request.revisionId === ''
          ? request.name
          : `${request.name}@${request.revisionId}`;
      return deleteRevision(core, name);
    },
    deleteSchema: (request) => {
      deleteSchema(core, request.name);
      return {};
    },
    validateSchema: async (request) => {
      checkProject(request.parent, 'parent');
      if (!request.schema) throw invalid('The schema is missing.');
      await loadSchemaLanguages();
      compileSchema(request.schema);
      return {};
    },
    validateMessage: async (request) => {
      checkProject(request.parent, 'parent');
      await loadSchemaLanguages();
      const { schemaSpec, encoding } = request;
      if (schemaSpec.case === undefined) throw invalid('Set name or schema.');
      if (encoding === Encoding.ENCODING_UNSPECIFIED) throw invalid('encoding must be JSON or BINARY.');
      const schema = schemaSpec.case === 'name' ? getRevision(core, schemaSpec.value) : schemaSpec.value;
      matchingRevision([schema], request.message, encoding, 'The message');
      return {};
    },
  };
}
