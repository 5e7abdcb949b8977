import { createFileRegistry } from '@bufbuild/protobuf';
import { describe, expect, it } from '@jest/globals';
import { BffService } from '@kiban/contracts/kiban/bff/v1';
import { descriptorSet } from './index.ts';

describe('descriptorSet', () => {
  const registry = createFileRegistry(descriptorSet());

  it('holds every method of the generated public API', () => {
    const names = registry.getService(BffService.typeName)?.methods.map((method) => method.name);
    expect(names).toEqual(BffService.methods.map((method) => method.name));
  });

  it('holds the error details, without which a gateway drops error bodies', () => {
    expect(registry.getMessage('google.rpc.BadRequest')).toBeDefined();
  });

  it('carries comments of our files and of no other', () => {
    const commented = descriptorSet().file.filter((file) => file.sourceCodeInfo?.location.length);
    expect(commented.length).toBeGreaterThan(0);
    expect(commented.every((file) => file.name.startsWith('kiban/'))).toBe(true);
  });
});
