/** JSON schema of one kind's spec. */
export type SpecSchema = Readonly<Record<string, unknown>>;

const text = { type: 'string', minLength: 1 };
const count = { type: 'integer', minimum: 1 };

/** An object that has these fields and no others. */
function closed(properties: Record<string, unknown>, required: readonly string[] = []): SpecSchema {
  return { type: 'object', additionalProperties: false, properties, required };
}

const target = closed({ group: { type: 'string' }, kind: text, name: text, namespace: text }, [
  'group',
  'kind',
  'name',
]);

/** https://cloud.google.com/kubernetes-engine/docs/how-to/configure-gateway-resources#configure_health_check */
const healthCheckPolicy = closed(
  {
    targetRef: target,
    default: closed({
      checkIntervalSec: { ...count, maximum: 300 },
      timeoutSec: { ...count, maximum: 300 },
      healthyThreshold: { ...count, maximum: 10 },
      unhealthyThreshold: { ...count, maximum: 10 },
      logConfig: closed({ enabled: { type: 'boolean' } }),
      config: closed(
        {
          type: { enum: ['TCP', 'HTTP', 'HTTPS', 'HTTP2', 'GRPC'] },
          httpHealthCheck: closed({
            portSpecification: { enum: ['USE_FIXED_PORT', 'USE_NAMED_PORT', 'USE_SERVING_PORT'] },
            port: count,
            portName: text,
            host: text,
            requestPath: { type: 'string', pattern: '^/' },
            response: text,
            proxyHeader: { enum: ['NONE', 'PROXY_V1'] },
          }),
        },
        ['type'],
      ),
    }),
  },
  ['targetRef', 'default'],
);

/** https://cloud.google.com/kubernetes-engine/docs/how-to/configure-gateway-resources#configure_backend_timeout */
const backendPolicy = closed(
  {
    targetRef: target,
    default: closed({
      timeoutSec: { ...count, maximum: 2147483647 },
      securityPolicy: text,
      maxRatePerEndpoint: count,
      connectionDraining: closed({ drainingTimeoutSec: { type: 'integer', minimum: 0, maximum: 3600 } }),
      sessionAffinity: closed({ type: text, cookieTtlSec: { type: 'integer', minimum: 0 } }, ['type']),
      logging: closed({
        enabled: { type: 'boolean' },
        sampleRate: { type: 'integer', minimum: 0, maximum: 1_000_000 },
      }),
      iap: closed({ enabled: { type: 'boolean' }, oauth2ClientSecret: closed({ name: text }), clientID: text }),
    }),
  },
  ['targetRef', 'default'],
);

/** https://cloud.google.com/kubernetes-engine/docs/how-to/configure-gateway-resources#configure_ssl_policies */
const gatewayPolicy = closed(
  { targetRef: target, default: closed({ sslPolicy: text, allowGlobalAccess: { type: 'boolean' }, region: text }) },
  ['targetRef', 'default'],
);

const duration = { type: 'string', pattern: '^[0-9]+(ms|s|m)$' };

/** https://github.com/GoogleCloudPlatform/prometheus-engine/blob/main/doc/api.md#podmonitoringspec */
const podMonitoring = closed(
  {
    selector: closed({
      matchLabels: { type: 'object', additionalProperties: { type: 'string' } },
      matchExpressions: { type: 'array' },
    }),
    endpoints: {
      type: 'array',
      minItems: 1,
      items: closed(
        {
          port: { type: ['string', 'integer'] },
          path: { type: 'string', pattern: '^/' },
          scheme: { enum: ['http', 'https'] },
          interval: duration,
          timeout: duration,
          metricRelabeling: { type: 'array' },
        },
        ['port', 'interval'],
      ),
    },
    targetLabels: { type: 'object' },
    limits: { type: 'object' },
    filterRunning: { type: 'boolean' },
  },
  ['selector', 'endpoints'],
);

/** Kinds of Google's that no package of schemas small enough has, by `apiVersion kind`; from the documented fields. */
export const CUSTOM_KINDS: ReadonlyMap<string, SpecSchema> = new Map([
  ['networking.gke.io/v1 HealthCheckPolicy', healthCheckPolicy],
  ['networking.gke.io/v1 GCPBackendPolicy', backendPolicy],
  ['networking.gke.io/v1 GCPGatewayPolicy', gatewayPolicy],
  ['monitoring.googleapis.com/v1 PodMonitoring', podMonitoring],
]);
