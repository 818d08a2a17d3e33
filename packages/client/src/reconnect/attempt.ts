import type { ConnectContext } from '../contexts';
import { ConnectionError } from '../errors';
import { buildRequest, requestValues } from '../request/build-request';
import { createExchange, type Exchange } from '../request/exchange';
import { publicText } from '../request/public-text';
import { fetchFollowing } from '../request/redirect';
import { isCrossOrigin, publicUrl } from '../request/url';
import { createReader } from '../response/event-reader';
import { refusalOf } from '../response/refusal';
import { type AttemptEnd, meaningOfStatus } from '../response/status';
import { isThenable, wordsOf } from '../user-callbacks';
import type { AttemptHost } from './attempt-host';

/** Characters of a refused response that are kept, and the ms that they may take. */
const PREVIEW_LENGTH = 2048;
const PREVIEW_TIME = 2000;

/** A browser does not tell a refusal by CORS from a network that is down. */
const PREFLIGHT =
  '. It was open before without Last-Event-ID, for which the browser asks first: unless the network is down, ' +
  'the CORS preflight was not answered. Answer OPTIONS with Access-Control-Allow-Headers: Last-Event-ID, or ' +
  'use `lastEventIdParam`';

/**
 * One fetch and the reading of its body; returns how it ended. Over as soon as its signal is aborted, which
 * releases all that it holds: nobody listens to its result from then on.
 */
export async function runAttempt(host: AttemptHost, context: ConnectContext): Promise<AttemptEnd> {
  const { timer } = host;
  const exchange = createExchange(host, context);
  const { check } = exchange;
  try {
    const response = await openResponse(host, context, exchange);
    // A `method` function gave one that must not be repeated: the end of the attempt before is the stream's.
    if (!response) return { reason: context.previousError ? 'cut' : 'ended', error: context.previousError };
    check();
    timer.stop();
    check();
    const { status, headers } = response;
    if (meaningOfStatus(status) === 'no-content') return { reason: 'no-content' };
    const refusal = refusalOf(response);
    if (refusal) {
      timer.start(PREVIEW_TIME, exchange.cancel); // which ends the preview
      const body = await previewBody(exchange);
      const message = `${exchange.where} responded with ${status}${refusal.words}`;
      throw new ConnectionError(refusal.code, message, { status, headers, body });
    }
    host.opened(response, exchange.sentId);
    check();
    return await pump(host, context, exchange);
  } catch (cause) {
    return { error: cause instanceof ConnectionError ? cause : networkError(cause, exchange, host) };
  }
}

/** Sends the request, unless it must not be repeated, and follows redirections to the response that counts. */
async function openResponse(
  host: AttemptHost,
  context: ConnectContext,
  exchange: Exchange,
): Promise<Response | undefined> {
  const { config, trace } = host;
  const { check } = exchange;
  exchange.limit('CONNECT_TIMEOUT', 'connectTimeout', config.connectTimeout);
  let values = requestValues(config, context);
  if (isThenable(values)) values = await values;
  const { url, target, init, idDropped } = buildRequest(config, context, values);
  check();
  const { method = 'GET' } = init;
  if (!host.isRepeatable(method)) return undefined;
  exchange.where = publicUrl(url);
  exchange.secrets = [...init.headers.values(), init.body];
  exchange.sentId = init.headers.has('last-event-id');
  host.url = url.href;
  host.method = method;
  trace('connecting', { url: exchange.where });
  if (idDropped) trace('id-not-sent', { length: context.lastEventId.length });
  return fetchFollowing(config, exchange.fetch, target, init, (url, status) => {
    check();
    exchange.where = publicUrl(url);
    trace('redirect', { url: exchange.where, status });
  });
}

/** The beginning of a refused response's body, which usually says why. */
async function previewBody({ read }: Exchange): Promise<string> {
  let preview = '';
  const decoder = new TextDecoder();
  try {
    while (preview.length < PREVIEW_LENGTH) {
      const { done, value } = await read();
      if (done) break;
      // One chunk may be huge; 4 bytes a character are enough.
      preview += decoder.decode(value.subarray(0, 4 * PREVIEW_LENGTH), { stream: true });
    }
  } catch {
    // A broken error page: its beginning is all there is.
  }
  return preview.slice(0, PREVIEW_LENGTH);
}

/** Reads the body as fast as the queue asks, and hands its events to the queue. */
async function pump(host: AttemptHost, context: ConnectContext, exchange: Exchange): Promise<AttemptEnd> {
  const { config, queue, timer } = host;
  const { check } = exchange;
  const events = createReader(config, context, exchange, queue, host.trace, host.retry);
  for (;;) {
    // Only what has to be waited for is awaited: a promise for each chunk is much of what a chunk costs.
    if (!queue.isWanted()) {
      timer.stop();
      await queue.wanted();
    }
    check();
    // Only while a read is pending: a paused consumer is not an idle server.
    const limit = config.idleTimeout ?? events.idleTimeout();
    if (!timer.touch(limit || Infinity)) exchange.limit('IDLE_TIMEOUT', 'idleTimeout', limit);
    const { done, value } = await exchange.read();
    check();
    // [spec] "Once the end of the file is reached, any pending data must be discarded."
    if (done) {
      timer.stop();
      return { isClean: events.hasEvents() };
    }
    let end = events.feed(value);
    if (isThenable(end)) {
      timer.stop();
      end = await end;
    }
    // Events that have been received are handed on, whatever became of the attempt meanwhile.
    const error = queue.flush();
    check();
    if (error) end = { error };
    if (!end) continue;
    timer.stop();
    await queue.handled(); // the events before the end are delivered first
    return end;
  }
}

function networkError(cause: unknown, exchange: Exchange, { openedWithId }: AttemptHost): ConnectionError {
  const { isConnected, where, secrets, sentId } = exchange;
  const event = isConnected ? `The connection to ${where} broke` : `No connection to ${where}`;
  // The runtime's words may quote the request.
  const words = wordsOf(cause);
  const reason = publicText(words, secrets);
  const isPreflight = !isConnected && sentId && openedWithId === false && isCrossOrigin(where);
  return new ConnectionError('NETWORK', `${event}: ${reason}${isPreflight ? PREFLIGHT : ''}`, {
    cause: reason === words ? cause : new Error(reason),
  });
}
