import type { DescService } from '@bufbuild/protobuf';
import type { INestMicroservice } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { servedBy } from '@kiban/grpc';
import { rulesOf } from './allow.ts';

/** Throws when an rpc says not who may call it. Returns whether any rpc needs a token. */
export function checkAllow(app: INestMicroservice, services: readonly DescService[]): boolean {
  const missing: string[] = [];
  let needsToken = false;
  for (const { type, service } of servingControllers(app)) {
    if (!services.includes(service)) continue;
    for (const method of service.methods) {
      const handler = (type.prototype as Record<string, object>)[method.localName];
      const rules = handler && rulesOf(handler);
      if (!rules) missing.push(`${type.name}.${method.localName}`);
      else if (!rules.includes('public')) needsToken = true;
    }
  }
  if (missing.length) {
    throw new Error(
      `${missing.join(', ')}: add @Allow('public' | 'authenticated' | 'service' | { role } | { self }) ` +
        'to say who may call; nothing is open by default',
    );
  }
  return needsToken;
}

function* servingControllers(app: INestMicroservice) {
  for (const module of app.get(ModulesContainer).values()) {
    for (const { metatype } of module.controllers.values()) {
      const service = metatype && servedBy(metatype);
      if (service) yield { type: metatype as { name: string; prototype: object }, service };
    }
  }
}
