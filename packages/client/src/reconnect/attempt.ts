import type { Config } from '../check-options';
import { ConnectionError, type ConnectionErrorCode } from '../errors';
import type { ConnectContext } from '../options';
import type { EventQueue } from '../queue/event-queue';
import { buildRequest, requestParts, type StreamInit } from '../request/build-request';
import { publicText } from '../request/public-text';
import { fetchFollowing } from '../request/redirect';
import { publicUrl } from '../request/request-parts';
import { createReader } from '../response/event-reader';
import { type Ending, isEventStreamType, statusVerdict } from '../response/status';
import type { Trace } from '../trace';
import { isThenable, wordsOf } from '../user-callbacks';
import type { Timer } from './timer';

/** What an attempt uses of the stream that it belongs to. */
export interface Stream {
  readonly config: Config;
  readonly queue: EventQueue<unknown>;
  readonly timer: Timer;
  readonly trace: Trace;
  /** The newest request's, without the last event ID. */
  url: string;
  opened(response: Response): void;
  ended(ending: Ending): void;
  retry(ms: number): void;
}

/** Ms that a connection is given to show life after the machine has slept. */
const GRACE = 1000;
/** Characters of a refused response that are kept, and the ms that they may take. */
const PREVIEW_LENGTH = 2048;
const PREVIEW_TIME = 2000;

/**
 * One fetch and the reading of its body; returns or throws how it ended. Over as soon as its signal is aborted, which
 * releases all that it holds: from then on it throws, and nobody listens.
 */
export const runAttempt = async (stream: Stream, context: ConnectContext): Promise<Ending> => {
  const { config, queue, timer, trace, opened, ended, retry } = stream;
  const { connectTimeout, idleTimeout, reconnect } = config;
  const { signal } = context;
  let where = 'the server';
  let secrets: unknown[] = [];
  let reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  const cancel = () => reader?.cancel().catch(() => {});
  const check = () => {
    if (!signal.aborted) return;
    cancel();
    throw signal;
  };
  // The timer ends the attempt by itself: it cannot count on fetch or the reader to notice the abort.
  const limit = (which: 'connect' | 'idle', ms: number | false | undefined) =>
    timer(
      ms || Infinity,
      () => {
        const message = `Nothing from ${where} within ${ms || GRACE} ms, as ${which}Timeout allows`;
        ended({
          error: new ConnectionError(`${which.toUpperCase()}_TIMEOUT` as ConnectionErrorCode, message),
        });
      },
      (left) => (left > 0 && (left < Infinity || reconnect === false) ? left : GRACE),
    );
  const fetch = async ({ href }: URL, init: StreamInit) => {
    cancel(); // the redirection that this follows
    // Taken out of its object: browsers refuse a fetch whose `this` is not the global.
    const fetch = config.fetch ?? globalThis.fetch;
    check();
    const response = await fetch(href, init);
    reader = response.body?.getReader();
    check();
    return response;
  };
  const read = async () => (await reader?.read()) ?? { done: true, value: undefined };

  // A fetch may not heed its signal.
  signal.addEventListener('abort', cancel);
  try {
    limit('connect', connectTimeout);
    let parts = requestParts(config, context);
    // Without a function, fetch is called in the turn of connect() itself.
    if (parts.some(isThenable)) parts = await Promise.all(parts);
    const request = buildRequest(config, context, parts);
    check();
    const { url, target, init } = request;
    where = publicUrl(url);
    secrets = [...init.headers.values(), init.body];
    stream.url = url.href;
    trace('connecting', { url: where });
    if (request.idDropped) trace('id-not-sent', { length: context.lastEventId.length });
    const response = await fetchFollowing(config, fetch, target, init, (url, status) => {
      check();
      where = publicUrl(url);
      trace('redirect', { url: where, status });
    });
    timer();
    check();

    const { status, headers, body } = response;
    const verdict = statusVerdict(status);
    if (verdict === 'no-content') return { reason: 'no-content' };
    const type = headers.get('content-type');
    let code: ConnectionErrorCode | undefined;
    let why = '';
    if (verdict !== 'open') code = 'BAD_STATUS';
    else if (!isEventStreamType(type)) {
      code = 'BAD_CONTENT_TYPE';
      why = ` with ${type}, not text/event-stream`;
    } else if (body === undefined) {
      // A fetch without streaming has no such property at all; null is an empty body.
      code = 'NO_BODY';
      why = ' without a readable body: give another fetch';
    }
    if (code) {
      // The beginning of the body usually says why.
      let preview = '';
      const decoder = new TextDecoder();
      timer(PREVIEW_TIME, cancel); // which ends the loop
      try {
        while (preview.length < PREVIEW_LENGTH) {
          const { done, value } = await read();
          if (done) break;
          // One chunk may be huge; 4 bytes a character are enough.
          preview += decoder.decode(value.subarray(0, 4 * PREVIEW_LENGTH), { stream: true });
        }
      } catch {
        // A broken error page: what came of it is all there is.
      }
      throw new ConnectionError(code, `${where} answered ${status}${why}`, {
        status,
        headers,
        body: preview.slice(0, PREVIEW_LENGTH),
      });
    }

    opened(response);
    check();
    const events = createReader(config, context, queue, trace, retry);
    for (;;) {
      await queue.demand();
      check();
      // Only while a read is pending: a paused consumer is not an idle server.
      limit('idle', idleTimeout ?? events.idleTimeout());
      const { done, value } = await read();
      check();
      timer();
      // [spec] "Once the end of the file is reached, any pending data must be discarded."
      if (done) return {};
      let ending = await events.feed(value);
      // What has been received is handed on, whatever became of the attempt meanwhile.
      const error = queue.flush();
      check();
      if (error) ending = { error };
      if (!ending) continue;
      await queue.demand(true); // what came before the end is delivered first
      return ending;
    }
  } catch (cause) {
    if (cause instanceof ConnectionError) return { error: cause };
    const what = reader ? `The connection to ${where} broke` : `No connection to ${where}`;
    // The runtime's words may quote the request.
    const words = wordsOf(cause);
    const reason = publicText(words, secrets);
    return {
      error: new ConnectionError('NETWORK', `${what}: ${reason}`, {
        cause: reason === words ? cause : new Error(reason),
      }),
    };
  }
};
