/** Injects the ContentStore. */
export const CONTENT_STORE = Symbol('content-store');
