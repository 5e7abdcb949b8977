export { createGateway, type Gateway } from './http/gateway.ts';
export type { AccessRecord, GatewaySettings, MethodPolicy } from './http/settings.ts';
export { DEFAULT_OPTIONS, ESPV2_OPTIONS, type GatewayMode, parseOptions, type TranscodingOptions } from './options.ts';
export { PathMatcher, type PathMatch, type PathMatcherOptions } from './path/path-matcher.ts';
export { parseTemplate, type PathTemplate, TemplateError, type TemplateVariable } from './path/template.ts';
export { type Api, loadApi } from './rules/api.ts';
export { GatewayConfigError, type HttpBinding, selectorOf } from './rules/http-rules.ts';
export type { MethodPlan } from './rules/method-plan.ts';
