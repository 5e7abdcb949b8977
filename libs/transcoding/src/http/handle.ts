import { parseQuery } from '../path/query.ts';
import { bindQuery } from '../rules/bind-query.ts';
import type { MethodPlan } from '../rules/method-plan.ts';
import { RequestError } from '../rules/request-error.ts';
import type { ResolvedBinding } from '../rules/weave.ts';
import { admit, checkHeaders } from './admit.ts';
import type { Exchange } from './context.ts';
import { passThrough } from './passthrough.ts';
import { reply, replyError } from './reply.ts';
import { hasCome } from './request-body.ts';
import { startRequestSpan } from './spans.ts';
import { sendKnown, transcode } from './transcode.ts';

/** Told of one request: a body may have a hundred thousand unknown fields. */
const MAX_DOUBTS = 5;

/** Answers one request, whatever it is. Never throws. */
export function handle(exchange: Exchange): void {
  try {
    answer(exchange)?.catch((error: unknown) => fail(exchange, error));
  } catch (error) {
    fail(exchange, error);
  }
}

/** A promise only when there is something to wait for: most requests have neither token nor body. */
function answer(exchange: Exchange): Promise<void> | undefined {
  const { context, request, response } = exchange;
  if (context.settings.local?.(exchange.path, request, response)) return undefined;
  if (context.options.healthz && exchange.path === `/${context.options.healthz.replace(/^\//, '')}`) {
    reply(exchange, 200, { 'content-type': 'text/plain' }, '');
    return undefined;
  }
  exchange.span = startRequestSpan(exchange);
  checkHeaders(exchange);
  if (context.mode === 'transcoder') {
    context.known.recall(exchange);
    return translate(exchange, undefined);
  }
  const route = admit(exchange);
  if (route instanceof Promise) return route.then((admitted) => translate(exchange, admitted));
  return route && translate(exchange, route);
}

function fail(exchange: Exchange, error: unknown): void {
  if (error instanceof RequestError) replyError(exchange, error);
  else if (exchange.request.destroyed && !hasCome(exchange.request)) exchange.response.destroy();
  else {
    process.emitWarning(error instanceof Error ? (error.stack ?? error.message) : String(error));
    replyError(exchange, { status: 500, message: 'The gateway failed; its log says why.' });
  }
}

/** Finds the rule, binds path and query, and makes the call; what cannot be bound goes on untranslated. */
function translate(exchange: Exchange, route: MethodPlan | undefined): Promise<void> | undefined {
  const { context, method, path, request, known } = exchange;
  const type = request.headers['content-type'];
  if (type !== undefined && /^application\/grpc(?:$|[+;])/.test(type)) return untranslated(exchange, route);
  if (known) {
    exchange.template = known.plan.template;
    exchange.rpc = known.plan.grpcPath;
    sendKnown(exchange, known, context.backendOf(known.plan.method.parent.typeName));
    return undefined;
  }
  const match = context.api.matcher.match(method, path);
  if (!match) {
    if (!context.options.rejectUnknownMethod) return untranslated(exchange, route);
    throw new RequestError(404, `Could not resolve ${path} to a method.`);
  }
  const plan = match.data;
  exchange.template = plan.template;
  exchange.rpc = plan.grpcPath;
  let doubts = 0;
  const doubt = (problem: string) => {
    if (context.mode === 'strict') throw new RequestError(400, problem);
    if (doubts++ < MAX_DOUBTS) context.settings.onDoubt?.(problem, plan.template);
  };
  const query = bindQuery(
    plan,
    parseQuery(exchange.query, context.options.queryParamUnescapePlus),
    context.ignoredQuery,
  );
  for (const problem of query.unknown) {
    doubt(problem);
    if (context.options.ignoreUnknownQueryParameters) continue;
    if (!context.options.rejectUnknownQueryParameters) return untranslated(exchange, route);
    throw new RequestError(400, problem);
  }
  const fromPath = match.bindings.map(({ value }, index): ResolvedBinding => {
    return { fields: plan.pathFields[index] ?? [], value, from: 'path' };
  });
  overrides(fromPath, query.bindings, doubt);
  const bindings = [...fromPath, ...query.bindings];
  return transcode(exchange, plan, bindings, context.backendOf(plan.method.parent.typeName), doubt, (framed) => {
    if (doubts === 0) context.known.add(exchange, { route, plan, framed });
  });
}

function untranslated(exchange: Exchange, route: MethodPlan | undefined): undefined {
  passThrough(exchange, exchange.context.backendOf(serviceOf(exchange, route)));
}

/** A query parameter that sets what the path has set. */
function overrides(path: ResolvedBinding[], query: ResolvedBinding[], doubt: (problem: string) => void): void {
  for (const { fields } of query) {
    const same = path.some(
      (each) => each.fields.length === fields.length && each.fields.every((f, i) => f === fields[i]),
    );
    if (same)
      doubt(`The query parameter ${fields.map((field) => field.jsonName).join('.')} is set by the path already.`);
  }
}

/** Where a request goes that no rule explains: by its route, by its gRPC path, else to the first service. */
function serviceOf(exchange: Exchange, route: MethodPlan | undefined): string {
  const named = exchange.path.split('/')[1] ?? '';
  const { plans } = exchange.context.api;
  const plan = route ?? plans.find(({ method }) => method.parent.typeName === named) ?? plans[0];
  return plan?.method.parent.typeName ?? named;
}
