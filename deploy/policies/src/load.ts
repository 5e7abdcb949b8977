import { globSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { Resource } from './manifest.ts';
import { Overlay } from './overlay.ts';

/** The checkout. */
export const ROOT = resolve(import.meta.dirname, '../../..');

/** Reads a rendered file; the overlay is named as the file is. Throws an Error that says where YAML is wrong. */
export function readOverlay(file: string): Overlay {
  const documents = parseAllDocuments(readFileSync(file, 'utf8'));
  const resources: Resource[] = [];
  for (const document of 'empty' in documents ? [] : documents) {
    const [error] = document.errors;
    if (error) throw new Error(`${file}: ${error.message}`);
    const value = document.toJS() as Resource | null;
    if (value === null) continue;
    if (!value.apiVersion || !value.kind || !value.metadata?.name) {
      throw new Error(`${file}: an object without apiVersion, kind or name: ${JSON.stringify(value).slice(0, 100)}`);
    }
    resources.push(value);
  }
  return new Overlay(basename(file, '.yaml'), resources);
}

/** Every committed render. */
export function renderedFiles(): string[] {
  return globSync('deploy/rendered/*.yaml', { cwd: ROOT })
    .toSorted()
    .map((file) => join(ROOT, file));
}
