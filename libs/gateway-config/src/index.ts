export { kibanPolicy } from './kiban-policy.ts';
export { openApi, type OpenApiSettings } from './openapi/openapi.ts';
export type { Access, GatewayPolicy, TokenSource } from './policy.ts';
