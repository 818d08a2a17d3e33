import type { ConnectContext } from '../contexts';
import { ConnectionError } from '../errors';
import type { AttemptHost } from '../reconnect/attempt-host';
import type { FetchInit } from './build-request';

/** Ms that a connection is given to show life after the machine has slept. */
const GRACE = 1000;

const END = { done: true, value: undefined } as const;

/**
 * The HTTP of one attempt: its requests, one after the other by redirections, and the newest response's body.
 */
export interface Exchange {
  /** The newest request's address, without secrets. */
  where: string;
  /** Texts of the request that no message may quote. */
  secrets: unknown[];
  /** Whether there is a body to read. */
  readonly isConnected: boolean;
  /** Throws once the attempt is over. */
  check(): void;
  fetch(url: URL, init: FetchInit): Promise<Response>;
  read(): Promise<ReadableStreamReadResult<Uint8Array>> | typeof END;
  cancel(): void;
  /** Ends the attempt after `ms` (false: none), or if nothing comes after the machine has slept. */
  limit(
    code: 'CONNECT_TIMEOUT' | 'IDLE_TIMEOUT',
    option: 'connectTimeout' | 'idleTimeout',
    ms: number | false,
  ): void;
}

export function createExchange({ config, timer, ended }: AttemptHost, { signal }: ConnectContext): Exchange {
  let reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  const check = () => {
    if (!signal.aborted) return;
    exchange.cancel();
    throw signal;
  };
  const leftAfterSleep = (left: number) =>
    left > 0 && (left < Infinity || !config.reconnects) ? left : GRACE;
  const exchange: Exchange = {
    where: 'the server',
    secrets: [],
    get isConnected() {
      return reader !== undefined;
    },
    check,
    async fetch({ href }, init) {
      exchange.cancel(); // the redirection that this follows
      // Taken out of its object: browsers refuse a fetch whose `this` is not the global.
      const fetch = config.fetch ?? globalThis.fetch;
      check();
      const response = await fetch(href, init);
      reader = response.body?.getReader();
      check();
      return response;
    },
    read: () => reader?.read() ?? END,
    cancel() {
      reader?.cancel().catch(() => {});
    },
    // The timer ends the attempt by itself: it cannot count on fetch or the reader to notice the abort.
    limit(code, option, ms) {
      timer.watch(
        ms || Infinity,
        () => {
          const message = `Nothing from ${exchange.where} within ${ms || GRACE} ms, as ${option} allows`;
          ended({ error: new ConnectionError(code, message) });
        },
        leftAfterSleep,
      );
    },
  };
  return exchange;
}
