/** Injects the Bff. */
export const BFF = Symbol('bff');
