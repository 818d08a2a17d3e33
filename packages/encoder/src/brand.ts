import type { ServerEvent } from './server-event';

/**
 * The mark of every ServerEvent, also of one from another copy of this package (ESM beside CJS), where `instanceof`
 * fails. It is the prototype's `Symbol.toStringTag`: a spread event is not taken for the event, JSON cannot
 * say it, and bundlers know that a class with this key can be left out, as they do not of a key from
 * `Symbol.for`.
 */
export const BRAND = 'Eventwire.ServerEvent';

/**
 * Whether a value is a {@link ServerEvent}, of this copy of the package or of another one (ESM beside
 * CommonJS). Any value may be given, `null` and primitives too.
 */
export function isServerEvent(value: unknown): value is ServerEvent {
  return (value as { [Symbol.toStringTag]?: unknown } | undefined)?.[Symbol.toStringTag] === BRAND;
}
