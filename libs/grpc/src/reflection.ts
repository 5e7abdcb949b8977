import { createRegistry, type DescFile, type DescService, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt';
import type { Server, ServerDuplexStream } from '@grpc/grpc-js';
import { Code } from '@kiban/contracts/google/rpc';
import {
  ServerReflection,
  type ServerReflectionRequest,
  type ServerReflectionResponseSchema,
} from '@kiban/contracts/grpc/reflection/v1';
import { Health } from '@kiban/contracts/health/v1';
import { serviceDefinition } from './service-definition.ts';

type Response = MessageInitShape<typeof ServerReflectionResponseSchema>;
type Answer = NonNullable<Response['messageResponse']>;

/** Serves reflection v1, and v1alpha for tools that know nothing newer: same messages, other path. */
export function serveReflection(server: Server, services: readonly DescService[]): void {
  const answer = answerer([...services, Health, ServerReflection]);
  const implementation = {
    serverReflectionInfo(call: ServerDuplexStream<ServerReflectionRequest, Response>) {
      call.on('data', (request: ServerReflectionRequest) => {
        const { host: validHost } = request;
        call.write({ validHost, originalRequest: request, messageResponse: answer(request.messageRequest) });
      });
      call.on('end', () => call.end());
    },
  };
  const definition = serviceDefinition(ServerReflection);
  server.addService(definition, implementation);
  server.addService(
    Object.fromEntries(
      Object.entries(definition).map(([name, method]) => [
        name,
        { ...method, path: method.path.replace('.v1.', '.v1alpha.') },
      ]),
    ),
    implementation,
  );
}

/** https://github.com/grpc/grpc/blob/master/doc/server-reflection.md */
function answerer(services: readonly DescService[]): (request: ServerReflectionRequest['messageRequest']) => Answer {
  const files = closure(services.map((service) => service.file));
  const registry = createRegistry(...files.values());
  const fileOf = (symbol: string): DescFile | undefined => {
    const found = registry.get(symbol);
    if (found) return found.file;
    const owner = symbol.slice(0, symbol.lastIndexOf('.')); // of a method, field or enum value
    return owner ? fileOf(owner) : undefined;
  };
  return (request) => {
    switch (request.case) {
      case 'listServices':
        return {
          case: 'listServicesResponse',
          value: { service: services.map(({ typeName: name }) => ({ name })) },
        };
      case 'fileByFilename':
        return fileAnswer(files.get(request.value), request.value);
      case 'fileContainingSymbol':
        return fileAnswer(fileOf(request.value), request.value);
      case 'fileContainingExtension': {
        const message = registry.getMessage(request.value.containingType);
        const extension = message && registry.getExtensionFor(message, request.value.extensionNumber);
        return fileAnswer(extension?.file, request.value.containingType);
      }
      case 'allExtensionNumbersOfType': {
        const extensionNumber = [...registry]
          .filter((type) => type.kind === 'extension' && type.extendee.typeName === request.value)
          .map((type) => (type.kind === 'extension' ? type.number : 0));
        return { case: 'allExtensionNumbersResponse', value: { baseTypeName: request.value, extensionNumber } };
      }
      default:
        return failure(Code.INVALID_ARGUMENT, 'the request asks for nothing');
    }
  };
}

/** A file with everything it imports, as clients need all of it to use it. */
function fileAnswer(file: DescFile | undefined, wanted: string): Answer {
  if (!file) return failure(Code.NOT_FOUND, `${wanted} is not known here`);
  const fileDescriptorProto = [...closure([file]).values()].map(({ proto }) =>
    toBinary(FileDescriptorProtoSchema, proto),
  );
  return { case: 'fileDescriptorResponse', value: { fileDescriptorProto } };
}

function failure(errorCode: Code, errorMessage: string): Answer {
  return { case: 'errorResponse', value: { errorCode, errorMessage } };
}

/** Files and their imports by file name. */
function closure(roots: readonly DescFile[], seen = new Map<string, DescFile>()): Map<string, DescFile> {
  for (const file of roots) {
    if (seen.has(file.proto.name)) continue;
    seen.set(file.proto.name, file);
    closure(file.dependencies, seen);
  }
  return seen;
}
