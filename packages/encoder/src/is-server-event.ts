import { hasBrand } from './brand';
import type { ServerEvent } from './server-event';

/**
 * Whether a value is a {@link ServerEvent}, of this copy of the package or of another one (ESM beside CommonJS). Any
 * value may be given, `null` and primitives too.
 */
export function isServerEvent(value: unknown): value is ServerEvent {
  return hasBrand(value);
}
