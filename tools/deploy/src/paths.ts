import { join, resolve } from 'node:path';

/** The checkout. */
export const ROOT = resolve(import.meta.dirname, '../../..');

export const K8S = join(ROOT, 'deploy/k8s');
export const OVERLAYS = join(K8S, 'overlays');
export const RENDERED = join(ROOT, 'deploy/rendered');
