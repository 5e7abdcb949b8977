import { describe, expect, it } from '@jest/globals';
import { developer } from './developer.ts';
import { edgeOf } from './entry.ts';
import { namespaceObjects } from './objects.ts';

const shared = {
  namespace: 'kiban',
  env: { CONTENT_ADDRESS: 'content:50051', PUBSUB_PREFIX: '' },
  keys: { 'jwks.json': '{}' },
  gateway: {
    metadata: { labels: { 'app.kubernetes.io/name': 'gateway' } },
    spec: {
      containers: [
        {
          image: 'kiban/gateway:1',
          env: [
            { name: 'GATEWAY_PORT', value: '8080' },
            { name: 'GATEWAY_DEVELOPERS', value: 'gateway.{namespace}.svc:8080' },
          ],
          envFrom: [{ configMapRef: { name: 'kiban-env-abc' } }],
        },
      ],
    },
  },
  edge: undefined,
  jobsImage: 'kiban/jobs:1',
};
const databaseServer = 'postgres://dev:secret@db:5432/postgres';
const objects = namespaceObjects({ developer: developer('alice'), own: ['bff'], shared, databaseServer });
const find = (kind: string, name: string) => objects.find((each) => each.kind === kind && each.metadata.name === name);

describe("a developer's namespace", () => {
  it('aliases every service but the own ones', () => {
    expect(find('Service', 'content')?.spec).toEqual({
      type: 'ExternalName',
      externalName: 'content.kiban.svc.cluster.local',
    });
    expect(find('Service', 'bff')).toBeUndefined();
  });
  it('keeps its events apart from everybody', () => {
    expect(find('ConfigMap', 'kiban-env')?.['data']).toMatchObject({
      CONTENT_ADDRESS: 'content:50051',
      PUBSUB_PREFIX: 'dev-alice-',
    });
  });
  it('has databases of its own', () => {
    expect(find('Secret', 'database-content')?.['stringData']).toEqual({
      url: 'postgres://dev:secret@db:5432/content_dev_alice',
    });
  });
  it('has a gateway of its own, which sends nobody on to other developers', () => {
    const gateway = JSON.stringify(find('Deployment', 'gateway')?.spec);
    expect(gateway).toContain('"image":"kiban/gateway:1"');
    expect(gateway).toContain('"envFrom":[{"configMapRef":{"name":"kiban-env"}}]');
    expect(gateway).not.toContain('GATEWAY_DEVELOPERS');
  });
  it('makes subscriptions that expire', () => {
    expect(JSON.stringify(find('Job', 'pubsub-topology')?.spec)).toContain(
      '{"name":"PUBSUB_EXPIRE_SECONDS","value":"86400"}',
    );
  });
  it('puts everything into the namespace, so that deleting it removes everything', () => {
    for (const { kind, metadata } of objects) {
      expect(kind === 'Namespace' ? metadata.name : metadata.namespace).toBe('dev-alice');
    }
  });
  it('takes what names it from the Gateway of ESPv2, and nothing else', () => {
    const route = {
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'HTTPRoute',
      metadata: { name: 'api' },
      spec: {
        parentRefs: [{ name: 'external', sectionName: 'https' }],
        hostnames: ['api.example.com'],
        rules: [{ backendRefs: [{ name: 'gateway', port: 8080 }] }],
      },
    };
    const behindEspv2 = { ...shared, gateway: undefined, edge: edgeOf('kiban', [route]) };
    const behind = (own: string[]) =>
      namespaceObjects({ developer: developer('alice'), own, shared: behindEspv2, databaseServer, member: 'a@b.c' });
    const made = behind(['gateway', 'bff']);
    expect(made.find(({ kind }) => kind === 'HTTPRoute')?.spec).toEqual({
      parentRefs: [{ name: 'external', namespace: 'kiban', sectionName: 'https' }],
      hostnames: ['api.example.com'],
      rules: [
        {
          matches: [{ headers: [{ name: 'x-dev-namespace', value: 'dev-alice' }] }],
          backendRefs: [{ name: 'gateway', port: 8080 }],
        },
      ],
    });
    expect(made[0]?.metadata.labels).toMatchObject({ 'kiban.dev/edge': 'shared' });
    expect(JSON.stringify(made)).toContain(
      '"subjects":[{"apiGroup":"rbac.authorization.k8s.io","kind":"User","name":"a@b.c"}]',
    );
    expect(behind(['bff']).some(({ kind }) => kind === 'HTTPRoute')).toBe(false);
  });
  it.each(['Alice', 'a_b', '-a', 'a-', 'a"b', ''])('refuses the name %j', (user) => {
    expect(() => developer(user)).toThrow('cannot name a namespace');
  });
});
