import {
  anything,
  checkOptions,
  invalidOption,
  is,
  isAbortSignal,
  isBoolean,
  isFunction,
  isString,
  type OptionRules,
  refusal,
} from '@eventwire/options';
import type { Update } from '../publish/update';
import { HubError } from './hub-error';
import { authorization, isTokenSource, type TokenSource } from './token';

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
   * @throws HubError `REFUSED`, `UNAVAILABLE`; TypeError `INVALID_OPTION` for an unknown field
   */
  publish(update: Update, options?: PublishOptions | undefined): Promise<string>;
}

interface PublishOptions {
  idempotencyKey?: string | undefined;
  signal?: AbortSignal | undefined;
}

const INIT_RULES = {
  url: is('the address of a hub', (value) => URL.canParse(value as string)),
  token: isTokenSource,
  fetch: isFunction,
} satisfies OptionRules<PublisherInit>;
// The hub checks the rest.
const UPDATE_RULES = {
  ...{ topics: anything, data: anything, id: anything, type: anything, retry: anything },
  private: isBoolean,
} satisfies OptionRules<Update>;
const PUBLISH_RULES = {
  idempotencyKey: isString,
  signal: isAbortSignal,
} satisfies OptionRules<PublishOptions>;

/**
 * A publisher that is not in the hub's process.
 *
 * @example
 * const { publish } = createPublisher({ url: 'https://example.org/.well-known/mercure', token });
 * await publish({ topics: 'https://example.org/books/1', data: JSON.stringify(book) });
 *
 * @throws TypeError `INVALID_OPTION`
 */
export function createPublisher(init: PublisherInit): Publisher {
  checkOptions(init, INIT_RULES, { name: 'init' });
  const { url, token, fetch } = init;
  if (url === undefined) throw invalidOption('url', INIT_RULES.url.expected, { value: url });
  if (token === undefined) throw refusal('token', isTokenSource.expected);
  return {
    async publish(update, options = {}) {
      checkOptions(update, UPDATE_RULES, { name: 'update', hints: { topic: 'topics' } });
      checkOptions(options, PUBLISH_RULES);
      const { idempotencyKey, signal } = options;
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
