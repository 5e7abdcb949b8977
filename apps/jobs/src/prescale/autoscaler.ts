/** What the pre-scaler reads of a HorizontalPodAutoscaler. */
export interface Autoscaler {
  readonly metadata: { readonly name: string; readonly annotations?: Readonly<Record<string, string>> };
  readonly spec: { readonly minReplicas?: number; readonly maxReplicas: number };
}

/** What is applied under the pre-scaler's field manager; what it no longer names, Kubernetes removes. */
export interface AutoscalerPatch {
  readonly annotations: Readonly<Record<string, string>>;
  readonly minReplicas: number;
}

/** minReplicas outside of windows, as it was found. */
export const BASE = 'prescale.kiban.dev/base';
/** What the pre-scaler raised minReplicas to: another value was written by somebody else, and is the new base. */
export const RAISED_TO = 'prescale.kiban.dev/raised-to';

/**
 * What to apply so that the autoscaler holds `factor` times its base, at the most its maxReplicas. Everything that must
 * survive a restart stands on the autoscaler itself.
 * @returns undefined when it stands as it should
 */
export function patchFor(autoscaler: Autoscaler, factor: number): AutoscalerPatch | undefined {
  const { annotations = {} } = autoscaler.metadata;
  const { minReplicas = 1, maxReplicas } = autoscaler.spec;
  const raisedTo = wholeNumber(annotations[RAISED_TO]);
  const base = raisedTo === minReplicas ? (wholeNumber(annotations[BASE]) ?? minReplicas) : minReplicas;
  if (factor <= 1) return annotations[RAISED_TO] === undefined ? undefined : { annotations: {}, minReplicas: base };
  const wanted = Math.max(base, Math.min(maxReplicas, Math.ceil(base * factor)));
  if (raisedTo === wanted && minReplicas === wanted) return undefined;
  return { annotations: { [BASE]: String(base), [RAISED_TO]: String(wanted) }, minReplicas: wanted };
}

function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}
