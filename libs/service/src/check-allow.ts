import type { DescService } from '@bufbuild/protobuf';
import type { INestMicroservice } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { servedBy } from '@kiban/grpc';
import { rulesOf } from './allow.ts';

/** The handlers of a controller that say not who may call them, as `Controller.method`; none when it serves nothing. */
export function withoutAllow(type: object): string[] {
  const { name, prototype } = type as { name: string; prototype: Record<string, object> };
  const methods = servedBy(type)?.methods ?? [];
  const open = methods.filter(({ localName }) => !prototype[localName] || !rulesOf(prototype[localName]));
  return open.map(({ localName }) => `${name}.${localName}`);
}

/** Throws when an rpc says not who may call it. */
export function checkAllow(app: INestMicroservice, services: readonly DescService[]): void {
  const missing = servingControllers(app, services).flatMap(withoutAllow);
  if (missing.length) {
    throw new Error(
      `${missing.join(', ')}: add @Allow('public' | 'authenticated' | 'service' | { role } | { self }) ` +
        'to say who may call; nothing is open by default',
    );
  }
}

function servingControllers(app: INestMicroservice, services: readonly DescService[]): object[] {
  const modules = [...app.get(ModulesContainer).values()];
  const types = modules.flatMap(({ controllers }) => [...controllers.values()].map(({ metatype }) => metatype));
  return types.filter((type) => {
    const service = type ? servedBy(type) : undefined;
    return service !== undefined && services.includes(service);
  }) as object[];
}
