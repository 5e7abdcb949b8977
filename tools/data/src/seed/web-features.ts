import * as data from 'web-features';

/** One feature of web-features (Apache-2.0), https://github.com/web-platform-dx/web-features: the fields used here. */
export interface WebFeature {
  readonly kind: 'feature';
  readonly name: string;
  readonly description: string;
  readonly spec: readonly string[];
  readonly caniuse?: readonly string[];
  readonly group?: readonly string[];
  readonly discouraged?: { readonly reason: string };
  readonly status: {
    readonly baseline: 'high' | 'low' | false;
    readonly baseline_high_date?: string;
    readonly baseline_low_date?: string;
    /** First version by browser. */
    readonly support: Readonly<Record<string, string>>;
  };
}

interface WebFeatures {
  readonly features: Readonly<Record<string, WebFeature | { readonly kind: 'moved' | 'split' }>>;
  readonly groups: Readonly<Record<string, { readonly parent?: string }>>;
  readonly browsers: Readonly<
    Record<string, { readonly name: string; readonly releases: readonly { version: string; date: string }[] }>
  >;
}

// The package's own types import files without an extension, which Node's resolution turns into `any`.
export const { features, groups, browsers } = data as unknown as WebFeatures;
