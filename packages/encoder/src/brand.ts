/**
 * The mark of every ServerEvent, also of one from another copy of this package (ESM beside CJS), where `instanceof`
 * fails. It is the prototype's `Symbol.toStringTag`: a spread event is not taken for the event, JSON cannot say it,
 * and bundlers know that a class with this key can be left out, as they do not of a key from `Symbol.for`.
 */
export const BRAND = 'Eventwire.ServerEvent';

export const hasBrand = (value: unknown): boolean =>
  (value as { [Symbol.toStringTag]?: unknown } | undefined)?.[Symbol.toStringTag] === BRAND;
