import { askForFresh } from '../cache-control';
import { idAsHeader } from '../last-event-id';
import type { FetchLike } from '../options';
import { REFUSES_MEMBERS } from '../refuses-members';
import type { ConvertedInit } from './event-source-init';

/**
 * [spec] 9.2.2: "Let request be the result of creating a potential-CORS request given urlRecord, the empty string,
 * and corsAttributeState." Made once, sent for every connection.
 */
export class EventSourceRequest {
  /** [spec] "Serialized": what the `url` attribute gives, with any credentials. */
  readonly url: URL;
  readonly withCredentials: boolean;
  readonly #target: string;
  readonly #headers: Headers;
  readonly #fetch: FetchLike | undefined;
  // mode `cors`, redirect `follow` and credentials `same-origin` are what fetch does by itself.
  /** What some runtimes refuse. */
  readonly #members: Pick<RequestInit, 'cache' | 'credentials'>;

  constructor(url: URL, init: ConvertedInit) {
    this.url = url;
    this.withCredentials = init.withCredentials;
    this.#fetch = init.fetch;
    this.#headers = init.headers;
    // [spec] "User agents may set (`Accept`, `text/event-stream`) in request's header list."
    if (!this.#headers.has('accept')) this.#headers.set('accept', 'text/event-stream');
    askForFresh(this.#headers);

    // [spec] Potential-CORS: "use-URL-credentials flag is set". fetch() itself refuses such URLs.
    const target = new URL(url);
    if (url.username !== '' || url.password !== '') {
      target.username = '';
      target.password = '';
      if (!this.#headers.has('authorization')) this.#headers.set('authorization', basicCredentials(url));
    }
    this.#target = target.href;

    // [spec] "Set request's cache mode to 'no-store'."; "If corsAttributeState is Use Credentials, then set
    // credentialsMode to 'include'."
    this.#members = { cache: 'no-store', ...(init.withCredentials && { credentials: 'include' }) };
  }

  /** Whether to ask again after a network error is futile: only a network changes by itself. */
  get futile(): boolean {
    return !/^https?:$/.test(this.url.protocol);
  }

  /** Rejects for what the Standard calls a network error. */
  async fetch(lastEventId: string, signal: AbortSignal): Promise<Response> {
    const headers = new Headers(this.#headers);
    // [spec] "If the EventSource object's last event ID string is not the empty string": "encoded as UTF-8",
    // "Set (`Last-Event-ID`, lastEventIDValue) in request's header list." What cannot be a header's value is not sent.
    const id = lastEventId === '' ? undefined : idAsHeader(lastEventId);
    if (id !== undefined) headers.set('last-event-id', id);

    // Taken out of its object: browsers refuse a fetch whose `this` is not the global.
    const fetch = this.#fetch ?? globalThis.fetch;
    for (;;) {
      try {
        return await fetch(this.#target, { headers, signal, ...this.#members });
      } catch (error) {
        if (!this.#giveUpRefused(error)) throw error;
      }
    }
  }

  /** A fetch that refuses a member gets the request without it from now on; without all, where it does not say which. */
  #giveUpRefused(error: unknown): boolean {
    const members = Object.keys(this.#members);
    const text = String(error);
    const named = members.filter((name) => text.includes(name));
    if (named.length === 0 && !REFUSES_MEMBERS.test(text)) return false;
    for (const name of named.length > 0 ? named : members) Reflect.deleteProperty(this.#members, name);
    return members.length > 0;
  }
}

/** [spec] Fetch: "converted to an `Authorization` value". */
function basicCredentials({ username, password }: URL): string {
  const bytes = `${username}:${password}`.replace(/%([\da-f]{2})/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return `Basic ${btoa(bytes)}`;
}
