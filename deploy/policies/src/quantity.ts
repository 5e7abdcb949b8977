const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
};

/** `256Mi` as a number; NaN when it is none. https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/ */
export function quantity(text: string | number | undefined): number {
  const [, digits = '', unit = ''] = /^(\d+(?:\.\d+)?)([A-Za-z]*)$/.exec(String(text ?? '')) ?? [];
  return digits === '' ? Number.NaN : Number(digits) * (UNITS[unit] ?? Number.NaN);
}
