import type { ConnectContext } from '../contexts';
import { ConnectionError } from '../errors';
import type { AttemptHost } from '../reconnect/attempt-host';
import type { FetchInit } from './build-request';

/** Ms that a connection is given to show life after time stood still. */
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
  /** Whether the last event ID was sent as a header. */
  sentId: boolean;
  /** Whether there is a body to read. */
  readonly isConnected: boolean;
  /** Whether the attempt is over. */
  isOver: boolean;
  /** Throws once the attempt is over. */
  check(): void;
  fetch(url: URL, init: FetchInit): Promise<Response>;
  read(): Promise<ReadableStreamReadResult<Uint8Array>> | typeof END;
  cancel(): void;
  /** Ends the attempt after `ms` (false: none), or if nothing comes after time stood still. */
  limit(
    code: 'CONNECT_TIMEOUT' | 'IDLE_TIMEOUT',
    option: 'connectTimeout' | 'idleTimeout',
    ms: number | false,
  ): void;
}

export function createExchange(
  { config, timer, ended, mayRepeat }: AttemptHost,
  { signal }: ConnectContext,
): Exchange {
  let reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  const cancel = () => {
    reader?.cancel().catch(() => {});
  };
  // A fetch may not heed its signal.
  signal.addEventListener('abort', () => {
    exchange.isOver = true;
    cancel();
  });
  const check = () => {
    if (!exchange.isOver) return;
    cancel();
    throw signal;
  };
  const exchange: Exchange = {
    where: 'the server',
    secrets: [],
    sentId: false,
    get isConnected() {
      return reader !== undefined;
    },
    isOver: signal.aborted,
    check,
    async fetch({ href }, init) {
      cancel(); // the redirection that this follows
      // Taken out of its object: browsers refuse a fetch whose `this` is not the global.
      const fetch = config.fetch ?? globalThis.fetch;
      check();
      const response = await fetch(href, init);
      reader = response.body?.getReader();
      check();
      return response;
    },
    read: () => reader?.read() ?? END,
    cancel,
    // The timer ends the attempt by itself: it cannot count on fetch or the reader to notice the abort.
    limit(code, option, ms) {
      timer.watch(
        ms || Infinity,
        () => {
          const message = `Nothing from ${exchange.where} within ${ms || GRACE} ms, as ${option} allows`;
          ended({ error: new ConnectionError(code, message) });
        },
        (left, pause) => {
          // A connection that the browser has kept in its back/forward cache may be dead without a word.
          const isDoubtful = pause === 'away' && code === 'IDLE_TIMEOUT';
          // Without a timeout, only a sleep casts doubt on it, and only if there is another to be had.
          if (mayRepeat() && (isDoubtful || (pause === 'asleep' && left === Infinity))) return GRACE;
          return left > 0 ? left : GRACE;
        },
      );
    },
  };
  return exchange;
}
