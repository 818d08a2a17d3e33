import { readLastEventId } from '@eventwire/server';
import type { Fields } from '../http/form';
import type { HubRequest } from '../http/messages';

/** The names of protocol 1.0 and 0.x, and one that some clients use. */
const PARAMETERS = ['last_event_id', 'lastEventID', 'lastEventId'];

/**
 * The last event ID that a request sent: of its header, else of its query, else of its body. `undefined` if it
 * sent none, which is something else than an empty one.
 */
export function requestedId(request: HubRequest, query: Fields, body: Fields): string | undefined {
  const header = request.header('last-event-id');
  if (header !== undefined) return readLastEventId({ header, url: undefined });
  for (const fields of [query, body]) {
    const found = PARAMETERS.map((name) => fields.get(name)).find((id) => id !== undefined);
    if (found !== undefined) return found;
  }
  return undefined;
}
