import { create } from '@bufbuild/protobuf';
import { FieldMaskSchema } from '@bufbuild/protobuf/wkt';
import { describe, expect, it } from '@jest/globals';
import { ArticleSchema } from '@kiban/contracts/kiban/content/v1';
import { fieldsToUpdate } from './update-mask.ts';

const article = create(ArticleSchema, { name: 'articles/1', title: 'T', tags: ['x'] });
const fields = (...paths: string[]) => fieldsToUpdate(article, create(FieldMaskSchema, { paths }));

describe('fieldsToUpdate', () => {
  it('takes the fields of the mask, also empty ones', () => {
    expect(fields('body', 'title')).toEqual(['title', 'body']);
  });

  it('takes every field that is set when there is no mask', () => {
    expect(fieldsToUpdate(article, undefined)).toEqual(['title', 'tags']);
    expect(fields()).toEqual(['title', 'tags']);
  });

  it('takes all fields for *', () => {
    expect(fields('*')).toEqual(['title', 'body', 'tags', 'language', 'url', 'authors']);
  });

  it.each([
    ['name', 'name cannot be changed: it is the identity of the article'],
    ['create_time', 'create_time cannot be changed'],
    ['subtitle', 'unknown field "subtitle": use title, body'],
    ['title.x', 'unknown field "title.x"'],
    ['constructor', 'unknown field "constructor"'],
  ])('refuses %s naming updateMask', (path, message) => {
    expect(() => fields('title', path)).toThrow(`updateMask: ${message}`);
  });
});
