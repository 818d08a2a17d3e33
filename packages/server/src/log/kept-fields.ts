import {
  type EventInput,
  encode,
  isServerEvent,
  ServerEvent,
  type ServerEventInit,
} from '@eventwire/encoder';

/**
 * An event in a form that can be read again: an array is copied, and an iterable that gives its pieces once
 * keeps them.
 *
 * @throws ServerEventError
 */
export function keepFields(event: EventInput): ServerEventInit {
  if (typeof event === 'string') return { data: event };
  if (typeof event !== 'object' || event === null) {
    encode(event); // which refuses it
    return {};
  }
  const { data } = event;
  const isReadable = data === undefined || typeof data === 'string' || isServerEvent(event);
  const kept = isReadable ? event : new ServerEvent(data, event);
  // Read to its end before the log assigns an id: a source may append to the same log.
  if (typeof kept.data === 'object' && !Array.isArray(kept.data)) encode(kept);
  return kept;
}
