import { join } from 'node:path';
import { createFileRegistry, type FileRegistry } from '@bufbuild/protobuf';
import type { FileDescriptorSet } from '@bufbuild/protobuf/wkt';
import { DEFAULT_OPTIONS, loadApi } from '../../src/index.ts';
import { compileGoogleApis, compileProtos } from '../compile-protos.ts';

/** An API that both gateways serve. */
export interface Subject {
  readonly name: string;
  readonly descriptorSet: FileDescriptorSet;
  readonly registry: FileRegistry;
  readonly services: readonly string[];
}

/** An API with every kind of field and rule, made for comparing gateways. */
export function probeApi(): Subject {
  return ownServices('probe', compileProtos(join(import.meta.dirname, '../protos')));
}

/** Google's APIs that are at hand: the rules and messages that others write. */
export function googleApis(): Subject {
  const descriptorSet = compileGoogleApis();
  const registry = createFileRegistry(descriptorSet);
  const services = servicesOf(descriptorSet, (file) => !file.includes('/v1beta'));
  return { name: 'google', descriptorSet, registry, services };
}

/** Each service of a folder of .proto files alone: the rules of two may contradict each other. Bad ones are left out. */
export function folderApis(folder: string): Subject[] {
  const all = ownServices('', compileProtos(folder));
  return all.services.map((service) => ({ ...all, name: service, services: [service] })).filter(loads);
}

function loads({ name, descriptorSet, services }: Subject): boolean {
  try {
    loadApi(descriptorSet, services, DEFAULT_OPTIONS);
    return true;
  } catch (error) {
    console.error(`${name} is left out: ${String(error)}`);
    return false;
  }
}

function ownServices(name: string, descriptorSet: FileDescriptorSet): Subject {
  const services = servicesOf(descriptorSet, (file) => !file.startsWith('google/'));
  return { name, descriptorSet, registry: createFileRegistry(descriptorSet), services };
}

function servicesOf({ file }: FileDescriptorSet, chosen: (name: string) => boolean): string[] {
  return file
    .filter(({ name }) => chosen(name))
    .flatMap((each) => each.service.map((service) => `${each.package}.${service.name}`));
}
