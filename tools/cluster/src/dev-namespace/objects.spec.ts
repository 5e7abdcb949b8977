import { describe, expect, it } from '@jest/globals';
import { developer } from './developer.ts';
import { namespaceObjects } from './objects.ts';

const objects = namespaceObjects({
  developer: developer('alice'),
  own: ['bff'],
  shared: {
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
    jobsImage: 'kiban/jobs:1',
  },
  databaseServer: 'postgres://dev:secret@db:5432/postgres',
});
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
  it.each(['Alice', 'a_b', '-a', 'a-', 'a"b', ''])('refuses the name %j', (user) => {
    expect(() => developer(user)).toThrow('cannot name a namespace');
  });
});
