import { invalidOption } from '@eventwire/options';
import type { Update } from '../publish/update';
import { HubError } from './hub-error';
import { authorization, type TokenSource } from './token';

export interface PublisherInit {
  /** The hub's URL. */
  url: string | URL;
  /** Grants publishing. */
  token: TokenSource;
  /** @default globalThis.fetch, looked up at every publication */
  fetch?: ((url: string, init: RequestInit) => Promise<Response>) | undefined;
}

export interface Publisher {
  /**
   * Publishes an update by HTTP, to any hub of the protocol. Resolves with its id.
   *
   * An `idempotencyKey` makes it safe to publish again after `UNAVAILABLE`, at a hub of Eventwire's.
   *
   * @throws HubError `REFUSED`, `UNAVAILABLE`
   */
  publish(
    update: Update,
    options?: { idempotencyKey?: string | undefined; signal?: AbortSignal | undefined } | undefined,
  ): Promise<string>;
}

/**
 * A publisher that is not in the hub's process.
 *
 * @example
 * const { publish } = createPublisher({ url: 'https://example.org/.well-known/mercure', token });
 * await publish({ topics: 'https://example.org/books/1', data: JSON.stringify(book) });
 *
 * @throws TypeError `INVALID_OPTION`
 */
export function createPublisher({ url, token, fetch }: PublisherInit): Publisher {
  if (!URL.canParse(url)) throw invalidOption('url', 'the address of a hub', { value: url });
  if (typeof token !== 'string' && typeof token !== 'function')
    throw invalidOption('token', 'a token or a function that gives one');
  return {
    async publish(update, { idempotencyKey, signal } = {}) {
      const headers = new Headers({ authorization: await authorization(token) });
      if (idempotencyKey !== undefined) headers.set('idempotency-key', idempotencyKey);
      const init: RequestInit = { method: 'POST', headers, body: toForm(update), signal: signal ?? null };
      const send = fetch ?? globalThis.fetch;
      let response: Response;
      let text: string;
      try {
        response = await send(String(url), init);
        text = await response.text();
      } catch (cause) {
        signal?.throwIfAborted();
        throw new HubError('UNAVAILABLE', 'The hub could not be reached', undefined, { cause });
      }
      if (response.ok) return text;
      const code = response.status >= 500 || response.status === 429 ? 'UNAVAILABLE' : 'REFUSED';
      throw new HubError(code, text.trim() || `The hub responded with ${response.status}`, response.status);
    },
  };
}

function toForm(update: Update): URLSearchParams {
  const form = new URLSearchParams();
  for (const topic of [update.topics].flat()) form.append('topic', topic);
  for (const name of ['data', 'id', 'type', 'retry'] as const)
    if (update[name] !== undefined) form.set(name, String(update[name]));
  if (update.private) form.set('private', 'on');
  return form;
}
