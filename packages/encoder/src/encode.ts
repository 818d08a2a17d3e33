import { encodeData } from './data';
import { encodeEnd, encodeStart } from './fields';
import { isServerEvent } from './is-server-event';
import type { EventDefaults, EventInput } from './server-event-init';

/**
 * The wire text of one event, ending in a blank line. Fields come as comment, event, retry, data, id.
 * `encode({})` is a blank line alone, which is legal and dispatches nothing.
 * An iterable is read to its end; if a piece is refused, it is closed.
 *
 * HTML Standard, 9.2.5 (Parsing an event stream).
 *
 * @param defaults fields for an event that brings none of its own
 *
 * @example
 * encode({ type: 'greeting', data: 'hello' }); // 'event: greeting\ndata: hello\n\n'
 * encode('hello', { id: '7' }); // 'data: hello\nid: 7\n\n'
 *
 * @throws ServerEventError with the code of the field that is refused
 */
export function encode(event: EventInput, defaults?: EventDefaults | undefined): string;
/** By itself, so that `events.map(encode)` compiles; the index that comes with it is no defaults. */
export function encode(event: EventInput): string;
export function encode(event: EventInput, given?: unknown): string {
  const defaults = typeof given === 'object' && given !== null ? (given as EventDefaults) : undefined;
  if (typeof event === 'string') {
    return defaults
      ? encodeStart({}, defaults) + encodeData(event, encodeEnd({}, defaults))
      : encodeData(event);
  }
  // An event has been validated, and keeps its text.
  if (!defaults && isServerEvent(event)) return String(event);
  const start = encodeStart(event, defaults);
  return start + encodeData(event.data, encodeEnd(event, defaults));
}
