import { normalizePath } from '../path/normalize-path.ts';
import type { MethodPlan } from '../rules/method-plan.ts';
import type { RouteTable } from '../rules/route-table.ts';
import { RequestError } from '../rules/request-error.ts';
import { authenticate } from './authenticate.ts';
import type { Exchange } from './context.ts';
import { reply } from './reply.ts';

/** Envoy's own limit. */
const MAX_HEADERS = 100;

/** Refuses what no proxy should pass on, whatever the path. */
export function checkHeaders({ request, originalPath }: Exchange): void {
  if (originalPath.includes('#')) throw new RequestError(400, 'The path has a fragment.');
  if (request.rawHeaders.length / 2 > MAX_HEADERS) {
    throw new RequestError(431, `More than ${MAX_HEADERS} header fields.`);
  }
}

/**
 * What ESPv2 does before its transcoder: path normalisation, method override, CORS, routing, tokens.
 * @returns the route's plan, or undefined when the request is answered
 * @throws RequestError 400, 404 or 405; 401 or 403 by rejecting
 */
export function admit(exchange: Exchange): MethodPlan | Promise<MethodPlan> | undefined {
  const { request, context } = exchange;
  for (const name in request.headers) if (!goodNames.has(name)) checkName(name);
  const path = normalizePath(exchange.path);
  if (path !== exchange.path) {
    exchange.path = path;
    exchange.originalPath = exchange.originalPath.includes('?') ? `${path}?${exchange.query}` : path;
  }
  const override = request.headers['x-http-method-override'];
  if (typeof override === 'string') exchange.method = override;
  context.known.recall(exchange);
  const route = routeOf(exchange);
  if (context.cors) {
    if (exchange.method === 'OPTIONS' && (context.cors.isPreflight(request) || !(route && 'plan' in route))) {
      // For any path, known or not: ESPv2 has one route for all preflights.
      reply(exchange, 200, context.cors.preflight(request), '');
      return undefined;
    }
    exchange.extraHeaders = context.cors.headers(request);
  }
  if (!route) throw new RequestError(404, 'The current request is not defined by this API.');
  if ('otherMethod' in route) {
    throw new RequestError(
      405,
      `The current request is matched to the defined url template "${route.otherMethod}" but its http method is not allowed`,
    );
  }
  exchange.template = route.plan.template;
  exchange.rpc = route.plan.grpcPath;
  const { plan } = route;
  const verifier = context.policyOf(plan.selector).verifier;
  if (!verifier) return plan;
  return authenticate(verifier, request.headers, exchange.query).then((payload) => {
    exchange.upstreamHeaders = { 'x-endpoint-api-userinfo': payload };
    return plan;
  });
}

function routeOf({ context, known, method, path }: Exchange): ReturnType<RouteTable['find']> {
  return known?.route ? { plan: known.route } : context.routes.find(method, path);
}

const MAX_NAMES = 256;
/** Clients send the same few names again and again. */
const goodNames = new Set<string>();

/** @throws RequestError 400 */
function checkName(name: string): void {
  if (name.includes('_')) throw new RequestError(400, `The header name "${name}" has an underscore.`);
  if (goodNames.size < MAX_NAMES) goodNames.add(name);
}
