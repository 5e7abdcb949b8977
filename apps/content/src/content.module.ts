import { type DynamicModule, Module } from '@nestjs/common';
import type { ContentStore } from './content-store.ts';
import { CONTENT_STORE } from './content-store.token.ts';
import { ContentController } from './content.controller.ts';

/** The content service around its store. */
@Module({ controllers: [ContentController] })
export class ContentModule {
  static of(store: ContentStore): DynamicModule {
    return { module: ContentModule, providers: [{ provide: CONTENT_STORE, useValue: store }] };
  }
}
