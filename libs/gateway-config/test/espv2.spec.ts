import { expect, test } from '@jest/globals';
import { fromBinary, fromJson, type JsonValue, toJson } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { descriptorSet } from '@kiban/contracts';
import { kibanPolicy, routeTable, serviceConfig } from '../src/index.ts';
import { googleService } from './google-service.ts';

const tokens = {
  users: { jwks: 'https://id.example/keys', issuer: 'https://id.example', audience: 'kiban' },
  push: { jwks: 'https://www.googleapis.com/oauth2/v3/certs', issuer: 'https://accounts.google.com', audience: 'push' },
};
const config = serviceConfig(descriptorSet(), kibanPolicy, { name: 'api.example', id: 'v1', title: 'Kiban', tokens });
const registry = googleService();
const service = registry.getMessage('google.api.Service');
if (!service) throw new Error('google.api.Service is missing');

test("it is a google.api.Service of Google's own protos, its files included, with no unknown field", () => {
  const parsed = fromJson(service, config as JsonValue, { registry, ignoreUnknownFields: false });
  // Nothing is lost on the way, so nothing was misspelt.
  const again = toJson(service, parsed, { registry }) as Record<string, JsonValue>;
  expect(Object.keys(again).sort()).toEqual(Object.keys(config).sort());
  expect(again['http']).toEqual(config['http']);
  expect(again['sourceInfo']).toEqual(config['sourceInfo']);
});

test('a misspelt field would be found, also inside a file', () => {
  const parse = (json: unknown) => fromJson(service, json as JsonValue, { registry, ignoreUnknownFields: false });
  expect(() => parse({ ...config, htpp: {} })).toThrow(/htpp/);
  const { sourceFiles } = config['sourceInfo'] as { sourceFiles: Record<string, unknown>[] };
  expect(() => parse({ ...config, sourceInfo: { sourceFiles: [{ ...sourceFiles[0], fileContent: '' }] } })).toThrow(
    /fileContent/,
  );
});

test('the descriptor set that ESPv2 transcodes with has every method that a rule names', () => {
  const { sourceFiles } = config['sourceInfo'] as { sourceFiles: { fileContents: string; fileType: string }[] };
  expect(sourceFiles.map(({ fileType }) => fileType)).toEqual(['FILE_DESCRIPTOR_SET_PROTO']);
  const { file } = fromBinary(FileDescriptorSetSchema, Buffer.from(sourceFiles[0]?.fileContents ?? '', 'base64'));
  const known = file.flatMap((each) =>
    each.service.flatMap(({ name, method }) => method.map((one) => `${each.package}.${name}.${one.name}`)),
  );
  for (const { selector } of routeTable(descriptorSet(), kibanPolicy)) expect(known).toContain(selector);
});
