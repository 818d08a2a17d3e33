import { invalidOption } from '@eventwire/options';
import {
  type EventStreamBody,
  type EventStreamInit,
  type ResolvedEventStreamInit,
  resolveEventStreamInit,
} from '@eventwire/server';
import { checkMessages } from './check-messages';
import { awaitTurn, isPipelined } from './connection-turn';
import { EventStreamResponse } from './event-stream-response';
import type { BodyRequest, NodeRequest, NodeResponse } from './messages';

/** Gives the events of one stream, or writes them itself until it returns. */
export type EventStreamCallback<Req> = (
  stream: EventStreamResponse,
  req: Req,
) => EventStreamBody | Promise<EventStreamBody>;

/**
 * Responds to one request with an event stream, as {@link eventStreamHandler} does: for routes that decide
 * by themselves whether they stream. The promise settles once the response is over, and never rejects:
 * errors go to `onError`.
 *
 * @example
 * createServer(async (req, res) => {
 *   if (req.url === '/events') await streamEvents(req, res, (stream) => channel.subscribe(stream));
 *   else res.writeHead(404).end();
 * });
 *
 * @throws TypeError `INVALID_OPTION`, at this call
 */
export function streamEvents<Req extends NodeRequest = BodyRequest>(
  req: Req,
  res: NodeResponse,
  callback: EventStreamCallback<Req>,
  init?: EventStreamInit | undefined,
): Promise<void> {
  checkCallback(callback);
  return serve(req, res, callback, resolveEventStreamInit(init));
}

/**
 * A request listener that responds to every request with an event stream: with the events that the callback
 * gives, or writes itself until it returns. Works as the handler of any framework that passes Node's
 * request and response, also after the body has been read.
 *
 * A pipelined request waits until the responses before it on its connection have ended; the callback is
 * called then. So a connection of HTTP/1 holds one stream at a time.
 *
 * The listener's promise settles once the response is over, and never rejects: errors go to `onError`. Only
 * if it is called with something else than Node's request and response, the listener throws.
 *
 * @example
 * createServer(
 *   eventStreamHandler(async function* (stream) {
 *     yield { data: `you have read up to ${stream.lastEventId}` };
 *   }),
 * );
 *
 * @throws TypeError `INVALID_OPTION`, at this call
 */
export function eventStreamHandler<Req extends NodeRequest = BodyRequest>(
  callback: EventStreamCallback<Req>,
  init?: EventStreamInit | undefined,
): (req: Req, res: NodeResponse) => Promise<void> {
  checkCallback(callback);
  const resolved = resolveEventStreamInit(init);
  return (req, res) => serve(req, res, callback, resolved);
}

/** Not an async function: one that waits would be a tenth of what a quiet stream holds. */
function serve<Req extends NodeRequest>(
  req: Req,
  res: NodeResponse,
  callback: EventStreamCallback<Req>,
  init: ResolvedEventStreamInit,
): Promise<void> {
  checkMessages(req, res);
  if (!isPipelined(res)) return begin(req, res, callback, init);
  return new Promise((resolve) => {
    awaitTurn(req, res, () => resolve(begin(req, res, callback, init)), resolve);
  });
}

function begin<Req extends NodeRequest>(
  req: Req,
  res: NodeResponse,
  callback: EventStreamCallback<Req>,
  init: ResolvedEventStreamInit,
): Promise<void> {
  try {
    const stream = new EventStreamResponse(req, res, init);
    stream.sendEvents(() => callback(stream, req));
    return stream.closed;
  } catch (error) {
    init.onError(error);
    return Promise.resolve();
  }
}

function checkCallback(callback: unknown): void {
  if (typeof callback === 'function') return;
  throw invalidOption('callback', 'a function', { value: callback });
}
