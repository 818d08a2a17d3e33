import { hasBrand } from './brand';
import { encodeData } from './data';
import { encodeHead } from './head';
import type { EventInput } from './server-event-init';

/**
 * The wire text of one event, ending in a blank line. Fields come as comment, id, retry, event, data.
 * `encode({})` is a blank line alone, which is legal and dispatches nothing.
 * An iterable is read to its end; where a piece is refused, it is closed.
 *
 * HTML Standard, 9.2.5 (Parsing an event stream).
 *
 * @throws ServerEventError with the code of the field that is refused
 */
export function encode(event: EventInput): string {
  if (typeof event === 'string') return encodeData(event);
  if (hasBrand(event)) return String(event); // it has been validated, and keeps its text
  return encodeHead(event) + encodeData(event.data);
}
