export { envoyConfig, type EnvoyConfigSettings } from './envoy/envoy-config.ts';
export { serviceConfig, type ServiceConfigSettings } from './espv2/service-config.ts';
export { genericPolicy, type GenericPolicySettings } from './generic-policy.ts';
export { kibanPolicy } from './kiban-policy.ts';
export { lint, refusals } from './lint.ts';
export { openApi, type OpenApiSettings } from './openapi/openapi.ts';
export type { Access, GatewayPolicy, TokenSource } from './policy.ts';
export { FileError, readDescriptorSet, readJson } from './read-file.ts';
export { routeTable, type RouteLine } from './routes.ts';
