/**
 * What every ServerEvent has, also one of another copy of this package (ESM beside CJS), where `instanceof` fails.
 * It is on the prototype, so that a spread event is not taken for the event.
 */
export const BRAND: unique symbol = Symbol.for('@eventwire/encoder.ServerEvent') as never;
