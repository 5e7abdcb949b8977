import { describe, expect, it } from '@jest/globals';
import { developer } from './developer.ts';
import { namespaceObjects } from './objects.ts';

const objects = namespaceObjects({
  developer: developer('alice'),
  own: ['bff'],
  shared: 'kiban',
  env: { CONTENT_ADDRESS: 'content:50051', PUBSUB_PREFIX: '' },
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
  it('puts everything into the namespace, so that deleting it removes everything', () => {
    for (const { kind, metadata } of objects) {
      expect(kind === 'Namespace' ? metadata.name : metadata.namespace).toBe('dev-alice');
    }
  });
  it.each(['Alice', 'a_b', '-a', 'a-', 'a"b', ''])('refuses the name %j', (user) => {
    expect(() => developer(user)).toThrow('cannot name a namespace');
  });
});
