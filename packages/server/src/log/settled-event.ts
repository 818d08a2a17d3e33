import { type EventInput, encode, ServerEvent, type ServerEventInit } from '@eventwire/encoder';

interface Settled extends ServerEventInit {
  readonly block: string;
}

/** The fields in a form that can be read again, and the encoded block. */
export function settle(event: EventInput): Settled {
  if (typeof event === 'string') return { data: event, block: encode(event) };
  if (typeof event !== 'object' || event === null) return { block: encode(event) }; // which refuses it
  const fixed = event instanceof ServerEvent ? event : new ServerEvent(event.data, event);
  const { data, type, id, retry, comment } = fixed;
  return { data, type, id, retry, comment, block: fixed.toString() };
}
