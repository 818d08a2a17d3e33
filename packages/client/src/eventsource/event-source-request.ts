import { refusesMember } from '../request/fetch-quirks';
import { setDefaults } from '../request/headers';
import { idAsHeader } from '../request/last-event-id';
import type { ConvertedInit } from './event-source-init';

/** Rejects for what the Standard calls a network error. */
export type SendRequest = (lastEventId: string, signal: AbortSignal) => Promise<Response>;

/**
 * [spec] 9.2.2: "Let request be the result of creating a potential-CORS request given urlRecord, the empty
 * string, and corsAttributeState." Made once, sent for every connection.
 */
export function createRequest(
  url: URL,
  { headers, fetch: own, withCredentials }: ConvertedInit,
): SendRequest {
  setDefaults(headers);

  // [spec] Potential-CORS: "use-URL-credentials flag is set". fetch() itself refuses such URLs.
  const target = new URL(url);
  target.username = target.password = '';
  // [spec] Fetch sends them in response to a 401 alone: "isAuthenticationFetch".
  let credentials = target.href !== url.href && !headers.has('authorization') && basicCredentials(url);

  // mode `cors`, redirect `follow` and credentials `same-origin` are what fetch does by itself.
  // [spec] "Set request's cache mode to 'no-store'."; "If corsAttributeState is Use Credentials, then set
  // credentialsMode to 'include'."
  const members: Record<string, string> = { cache: 'no-store' };
  if (withCredentials) members.credentials = 'include';

  return async (lastEventId, signal) => {
    const sent = new Headers(headers);
    // [spec] "If the EventSource object's last event ID string is not the empty string": "encoded as UTF-8",
    // "Set (`Last-Event-ID`, lastEventIDValue) in request's header list." What cannot be a header's value is
    // not sent.
    const id = idAsHeader(lastEventId);
    if (id) sent.set('last-event-id', id);

    const given = { ...members };
    for (;;) {
      // Taken out of its object: browsers refuse a fetch whose `this` is not the global.
      const fetch = own ?? globalThis.fetch;
      try {
        const response = await fetch(target.href, { headers: sent, signal, ...given });
        if (response?.status !== 401 || !credentials) return response;
        response.body?.cancel().catch(() => {});
        headers.set('authorization', credentials);
        sent.set('authorization', credentials);
        credentials = false;
      } catch (error) {
        const refused = Object.keys(given).find((name) => refusesMember(error, name));
        if (!refused) throw error;
        delete given[refused];
      }
    }
  };
}

/** [spec] Fetch: "converted to an `Authorization` value". */
function basicCredentials({ username, password }: URL): string {
  const bytes = `${username}:${password}`.replace(/%([\da-f]{2})/gi, (_, hex: string) =>
    String.fromCharCode(Number(`0x${hex}`)),
  );
  return `Basic ${btoa(bytes)}`;
}
