import type { MethodPlan } from './method-plan.ts';

interface Route {
  readonly plan: MethodPlan;
  readonly pattern: RegExp;
  readonly rank: string;
}

/** ESPv2's routes: which API method a path belongs to, decided before and apart from transcoding. */
export class RouteTable {
  private readonly routes: Route[];
  private readonly byPlan = new Map<MethodPlan, RegExp>();

  constructor(plans: readonly MethodPlan[], noColonInWildcards: boolean) {
    this.routes = plans.map((plan) => ({ plan, pattern: patternOf(plan, noColonInWildcards), rank: rankOf(plan) }));
    this.routes.sort((a, b) => (a.rank < b.rank ? -1 : a.rank > b.rank ? 1 : 0));
    for (const { plan, pattern } of this.routes) this.byPlan.set(plan, pattern);
  }

  /** The routes, the most specific first. */
  list(): readonly { readonly plan: MethodPlan; readonly pattern: RegExp }[] {
    return this.routes;
  }

  /** Whether the route of this plan takes the path: a shortcut for what the path matcher found already. */
  takes(plan: MethodPlan, path: string): boolean {
    return this.byPlan.get(plan)?.test(path) ?? false;
  }

  /** The most specific route, or the template of one that takes the path with other methods only. */
  find(method: string, path: string): { plan: MethodPlan } | { otherMethod: string } | undefined {
    let other: string | undefined;
    for (const { plan, pattern } of this.routes) {
      if (!pattern.test(path)) continue;
      if (plan.httpMethod === method || plan.httpMethod === '*') return { plan };
      other ??= plan.template;
    }
    return other === undefined ? undefined : { otherMethod: other };
  }
}

/**
 * The paths of a route. ESPv2 makes them so:
 * https://github.com/GoogleCloudPlatform/esp-v2/blob/master/src/go/util/httppattern/uri_template.go
 */
function patternOf({ path }: MethodPlan, noColonInWildcards: boolean): RegExp {
  const one = noColonInWildcards ? '[^/:]+' : '[^/]+';
  const many = noColonInWildcards ? '[^:]*' : '.*';
  const parts = path.segments.map((part) => (part === '*' ? one : part === '**' ? many : escapeRegExp(part)));
  const verb = path.verb ? `:${escapeRegExp(path.verb)}` : '/?';
  return new RegExp(`^/${parts.join('/')}${path.segments.length === 0 ? '' : verb}$`);
}

/** Literals before `*` before `**`, segment by segment; with a verb before without. */
function rankOf({ path }: MethodPlan): string {
  const ranks = path.segments.map((part) => (part === '*' ? '1' : part === '**' ? '2' : '0'));
  return `${ranks.join('')}${path.verb ? '' : '~'}`;
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
