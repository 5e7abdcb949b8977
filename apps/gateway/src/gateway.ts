import { createTokenVerifier, type TokenVerifier } from '@kiban/auth';
import { descriptorSet } from '@kiban/contracts';
import { kibanPolicy, openApi, type TokenSource } from '@kiban/gateway-config';
import { type AccessRecord, createGateway, type Gateway } from '@kiban/transcoding';
import type { Tracer } from '@opentelemetry/api';
import type { GatewayAppConfig } from './config.ts';
import { admitDevelopers } from './developers/developer-entry.ts';
import { localPaths } from './local-paths.ts';
import { log, logAccess } from './log.ts';

const PUSH_SERVICE = 'kiban.recommendation.v1.PushService';

/** The REST gateway in front of Kiban's own services. */
export function createKibanGateway(
  config: GatewayAppConfig,
  tracer?: Tracer,
  onAccess?: (record: AccessRecord) => void,
): Gateway {
  const verifiers = { users: verifier(config.users), push: verifier(config.push) };
  const { access, deadlinesMs, defaultDeadlineMs, options, services } = kibanPolicy;
  const gateway = createGateway({
    descriptorSet: descriptorSet(),
    services,
    mode: config.mode,
    options,
    backend: (service) => (service === PUSH_SERVICE ? config.recommendationAddress : config.bffAddress),
    policy: (selector) => {
      const allowed = access[selector];
      const deadlineMs = deadlinesMs[selector] ?? (selector.endsWith('.WatchArticles') ? undefined : defaultDeadlineMs);
      return {
        // A method that the policy forgets needs a user's token.
        ...(allowed !== 'public' && { verifier: verifiers[allowed ?? 'users'] }),
        ...(deadlineMs !== undefined && { deadlineMs }),
      };
    },
    local: kibanLocalPaths(),
    onAccess: (record) => {
      logAccess(record);
      onAccess?.(record);
    },
    onDoubt: (problem, template) => log('warn', 'strict mode would refuse this request', { problem, template }),
    trustedHops: config.trustedHops,
    compress: true,
    etags: true,
    tracer,
  });
  if (config.developers !== undefined) admitDevelopers(gateway.server, config.developers);
  return gateway;
}

/** What answers /healthz, /openapi.json and /docs. */
export function kibanLocalPaths(): ReturnType<typeof localPaths> {
  return localPaths(lazily(openApiJson));
}

/** The public part of the API: what Pub/Sub pushes is no business of a reader. */
function openApiJson(): string {
  const document = openApi(descriptorSet(), {
    title: 'Kiban',
    version: 'v1',
    description: 'Articles, related articles and personal recommendations over REST.',
    services: kibanPolicy.services.filter((service) => service !== PUSH_SERVICE),
    needsToken: (selector) => kibanPolicy.access[selector] !== 'public',
  });
  return JSON.stringify(document);
}

function verifier({ jwks, issuer, audience }: TokenSource): TokenVerifier {
  return createTokenVerifier({ jwks, issuer, audience: typeof audience === 'string' ? audience : [...audience] });
}

function lazily(make: () => string): () => string {
  let made: string | undefined;
  return () => (made ??= make());
}
