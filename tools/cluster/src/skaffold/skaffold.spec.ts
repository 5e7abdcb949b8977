import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import * as z from 'zod';
import { ROOT } from '../paths.ts';

// What Kiban uses of https://skaffold.dev/schemas/v4beta13.json: a field outside of it is refused.
const kustomize = z.strictObject({ kustomize: z.strictObject({ paths: z.array(z.string()).min(1) }) });
const hook = z.strictObject({ host: z.strictObject({ command: z.array(z.string()) }) });
const kubectl = z.strictObject({
  flags: z.strictObject({ apply: z.array(z.string()) }).optional(),
  hooks: z.strictObject({ before: z.array(hook) }).optional(),
});
const local = z.strictObject({
  push: z.boolean().optional(),
  useDockerCLI: z.literal(true),
  useBuildkit: z.literal(false),
});
const tagPolicy = z.union([
  z.strictObject({ inputDigest: z.strictObject({}) }),
  z.strictObject({ gitCommit: z.strictObject({}) }),
]);
const artifact = z.strictObject({
  image: z.string().startsWith('kiban/'),
  context: z.literal('bundle'),
  docker: z.strictObject({ dockerfile: z.string(), target: z.enum(['runtime', 'dev']) }),
  hooks: z.strictObject({ before: z.array(z.strictObject({ command: z.array(z.string()) })) }),
});
const forward = {
  resourceType: z.enum(['service', 'deployment']),
  resourceName: z.string(),
  namespace: z.string().optional(),
};
const profile = z.strictObject({
  name: z.string(),
  build: z.strictObject({ local: local.optional(), tagPolicy: tagPolicy.optional() }).optional(),
  manifests: kustomize.optional(),
  deploy: z.strictObject({ kubectl }).optional(),
  portForward: z.array(z.strictObject({ ...forward, port: z.number().int(), localPort: z.number().int() })).optional(),
  patches: z
    .array(
      z.discriminatedUnion('op', [
        z.strictObject({ op: z.enum(['add', 'replace']), path: z.string().startsWith('/build/'), value: z.unknown() }),
        z.strictObject({ op: z.literal('remove'), path: z.string().startsWith('/build/') }),
      ]),
    )
    .optional(),
});
const config = z.strictObject({
  apiVersion: z.literal('skaffold/v4beta13'),
  kind: z.literal('Config'),
  metadata: z.strictObject({ name: z.string() }),
  requires: z
    .array(
      z.strictObject({
        path: z.string(),
        configs: z.array(z.string()),
        activeProfiles: z.array(z.strictObject({ name: z.string(), activatedBy: z.array(z.string()) })),
      }),
    )
    .optional(),
  build: z.strictObject({
    artifacts: z.array(artifact).optional(),
    tagPolicy: tagPolicy.optional(),
    local: local.optional(),
  }),
  profiles: z.array(profile),
});

const read = (file: string) => config.parse(parse(readFileSync(join(ROOT, file), 'utf8')));
const PROFILES = ['local', 'dev', 'debug', 'staging', 'production'];
const modules = globSync('apps/*/skaffold.yaml', { cwd: ROOT }).toSorted();
const apps = globSync('apps/*/package.json', { cwd: ROOT })
  .filter((file) => readFileSync(join(ROOT, file), 'utf8').includes('"bundle"'))
  .map((file) => file.split('/')[1] ?? '');

describe('skaffold.yaml', () => {
  const root = read('skaffold.yaml');
  it('requires every app that has an image, under every profile', () => {
    expect(root.requires?.map(({ path }) => path).toSorted()).toEqual(apps.map((app) => `apps/${app}`).toSorted());
    for (const { activeProfiles } of root.requires ?? []) {
      expect(activeProfiles).toEqual(PROFILES.map((name) => ({ name, activatedBy: [name] })));
    }
  });
  it('deploys overlays that exist', () => {
    const paths = root.profiles.flatMap(({ manifests }) => manifests?.kustomize.paths ?? []);
    expect(paths).not.toHaveLength(0);
    for (const path of paths) expect(existsSync(join(ROOT, path, 'kustomization.yaml'))).toBe(true);
  });
});

describe('deploy/skaffold/artifacts', () => {
  const images = z.object({ images: z.array(z.object({ name: z.string(), newName: z.string() })) });
  const imagesOf = (folder: string) =>
    images.parse(parse(readFileSync(join(ROOT, folder, 'kustomization.yaml'), 'utf8'))).images;
  it.each(['staging', 'production'])(
    'gives back to every image of overlay %s the name that Skaffold replaces',
    (name) => {
      const renamed = imagesOf(`deploy/k8s/overlays/${name}`);
      expect(imagesOf('deploy/skaffold/artifacts')).toEqual(
        renamed.map((image) => ({ name: image.newName, newName: image.name })),
      );
    },
  );
});

describe.each(modules)('%s', (file) => {
  const app = file.split('/')[1] ?? '';
  const module = read(file);
  it('is named as its app and has every profile', () => {
    expect(module.metadata.name).toBe(app);
    expect(module.profiles.map(({ name }) => name)).toEqual(PROFILES);
  });
  it('builds one image with the Dockerfile that all share', () => {
    expect(module.build.artifacts?.map(({ image }) => image)).toEqual([`kiban/${app}`]);
    for (const { docker } of module.build.artifacts ?? []) {
      expect(join('apps', app, 'bundle', docker.dockerfile)).toBe('deploy/docker/Dockerfile');
    }
  });
  it('keeps what V8 compiles in the image that ships, and leaves the loop alone with it', () => {
    for (const { hooks } of module.build.artifacts ?? []) {
      expect(hooks.before.map(({ command }) => command.at(-1))).toEqual([
        'node "$SKAFFOLD_BUILD_CONTEXT/../../../tools/build/compile-cache.mjs" "$SKAFFOLD_BUILD_CONTEXT"',
      ]);
    }
    for (const { patches = [] } of module.profiles) {
      const removed = patches.some(({ op, path }) => op === 'remove' && path === '/build/artifacts/0/hooks');
      expect(removed).toBe(patches.some(({ path }) => path === '/build/artifacts/0/docker/target'));
    }
  });
  it("removes no other module's migration, which may be running when this one is deployed", () => {
    const hooks = module.profiles.flatMap(({ deploy }) => deploy?.kubectl.hooks?.before ?? []);
    for (const { host } of hooks) {
      expect(host.command.at(-1)).toContain(`delete job -l kiban.dev/step=migrate,app.kubernetes.io/name=${app} `);
    }
  });
  it('deploys manifests that exist', () => {
    for (const path of module.profiles.flatMap(({ manifests }) => manifests?.kustomize.paths ?? [])) {
      expect(existsSync(join(ROOT, 'apps', app, path, 'kustomization.yaml'))).toBe(true);
    }
  });
});
