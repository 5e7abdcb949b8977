import type { Rule } from '../rule.ts';
import { SERVICE_APPS } from '../services/app-sources.ts';

const EVERYWHERE = SERVICE_APPS.filter(({ optional }) => !optional);

const NEEDS = ['Deployment', 'Service', 'ServiceAccount', 'NetworkPolicy'];

/** Every service of apps/ is in every overlay, with all its parts. */
export const completeness: Rule = {
  name: 'completeness',
  why: 'A service that was added to apps/ and not to deploy/ works on every laptop and nowhere else.',
  check: (overlay) => [
    ...EVERYWHERE.flatMap(({ name }) =>
      NEEDS.filter((kind) => !overlay.find(kind, name)).map((kind) => `${kind} ${name} is missing`),
    ),
    ...EVERYWHERE.flatMap(({ name }) => {
      const service = overlay.find('Service', name);
      const headless = !service || service.spec?.['clusterIP'] === 'None';
      return headless ? [] : [`Service ${name} is not headless: gRPC clients would stay with one pod`];
    }),
    ...(overlay.find('Service', 'gateway') ? [] : ['Service gateway is missing']),
  ],
};
