/**
 * What every ServerEvent has, also one of another copy of this package (ESM beside CJS), where `instanceof`
 * fails. It is the prototype's `Symbol.toStringTag`: a spread event is not taken for the event, JSON cannot
 * say it, and bundlers know that a class with this key can be left out, as they do not of a key from
 * `Symbol.for`.
 */
export const BRAND = 'Eventwire.ServerEvent';

/** Any value may be asked, null and primitives too. */
export function hasBrand(value: unknown): boolean {
  return (value as { [Symbol.toStringTag]?: unknown } | undefined)?.[Symbol.toStringTag] === BRAND;
}
