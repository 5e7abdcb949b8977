import { create, createFileRegistry } from '@bufbuild/protobuf';
import type { GenService } from '@bufbuild/protobuf/codegenv2';
import {
  FileDescriptorProtoSchema,
  file_google_protobuf_empty,
  MethodOptions_IdempotencyLevel as Idempotency,
} from '@bufbuild/protobuf/wkt';
import { ArticleSchema, type GetArticleRequestSchema, ContentService } from '@kiban/contracts/kiban/content/v1';

type In = typeof GetArticleRequestSchema;
type Out = typeof ArticleSchema;

const ARTICLE = ArticleSchema.file;
const REQUESTS = ContentService.file;
const input = '.kiban.content.v1.GetArticleRequest';
const output = '.kiban.content.v1.Article';

/** A service with all four kinds of call on messages of the contracts; made here so that no app depends on it. */
const file = create(FileDescriptorProtoSchema, {
  name: 'demo.proto',
  package: 'demo.v1',
  syntax: 'proto3',
  dependency: [ARTICLE.proto.name, REQUESTS.proto.name, file_google_protobuf_empty.proto.name],
  service: [
    {
      name: 'DemoService',
      method: [
        { name: 'Get', inputType: input, outputType: output },
        {
          name: 'Read',
          inputType: input,
          outputType: output,
          options: { idempotencyLevel: Idempotency.NO_SIDE_EFFECTS },
        },
        { name: 'Watch', inputType: input, outputType: output, serverStreaming: true },
        { name: 'Collect', inputType: input, outputType: output, clientStreaming: true },
        { name: 'Chat', inputType: input, outputType: output, clientStreaming: true, serverStreaming: true },
      ],
    },
  ],
});

const registry = createFileRegistry(file, (name) =>
  [ARTICLE, REQUESTS, file_google_protobuf_empty].find((known) => known.proto.name === name),
);

export const DemoService = registry.getService('demo.v1.DemoService') as GenService<{
  get: { methodKind: 'unary'; input: In; output: Out };
  read: { methodKind: 'unary'; input: In; output: Out };
  watch: { methodKind: 'server_streaming'; input: In; output: Out };
  collect: { methodKind: 'client_streaming'; input: In; output: Out };
  chat: { methodKind: 'bidi_streaming'; input: In; output: Out };
}>;
