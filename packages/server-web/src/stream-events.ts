import { invalidOption } from '@eventwire/options';
import {
  type EventStreamBody,
  type EventStreamInit,
  EventStreamWriter,
  negotiate,
  type ResolvedEventStreamInit,
  readLastEventId,
  resolveEventStreamInit,
} from '@eventwire/server';
import { plainResponse, requestFacts } from './responses';
import { WebSink } from './web-sink';

/** Gives the events of one stream, or writes them itself until it returns. */
export type EventStreamCallback = (
  stream: EventStreamWriter,
  request: Request,
) => EventStreamBody | Promise<EventStreamBody>;

/**
 * Responds to a request with an event stream: with the events that the callback gives, or sends itself. The
 * response is there with the first event, or once the callback has nothing left to do but wait;
 * `stream.hold()` keeps it back. Its promise never rejects. The heartbeat's announcement is the first bytes
 * of its body, and events follow as the runtime pulls them.
 *
 * For HEAD, and if the request's signal is aborted already, the body is null and the callback is not
 * called; nor is it for a preflight that `cors` allows and an `Accept` that `accept` refuses. An error of
 * the callback goes to `onError`.
 *
 * @example
 * const fetch = (request: Request) => streamEvents(request, (stream) => channel.subscribe(stream));
 *
 * @throws TypeError `INVALID_OPTION`
 */
export function streamEvents(
  request: Request,
  callback: EventStreamCallback,
  init?: EventStreamInit | undefined,
): Promise<Response> {
  checkCallback(callback);
  return serve(request, callback, resolveEventStreamInit(init));
}

/**
 * A handler that responds to every request as {@link streamEvents} does, with options that are checked once.
 *
 * @example
 * export const GET = eventStreamHandler((stream) => channel.subscribe(stream));
 *
 * @throws TypeError `INVALID_OPTION`, at this call
 */
export function eventStreamHandler(
  callback: EventStreamCallback,
  init?: EventStreamInit | undefined,
): (request: Request) => Promise<Response> {
  checkCallback(callback);
  const resolved = resolveEventStreamInit(init);
  return (request) => serve(request, callback, resolved);
}

function serve(
  request: Request,
  callback: EventStreamCallback,
  init: ResolvedEventStreamInit,
): Promise<Response> {
  if (typeof request?.headers?.get !== 'function') {
    throw invalidOption('request', 'a Request (in Hono: `c.req.raw`)', { value: request });
  }
  const instead = negotiate(requestFacts(request), init);
  if (instead) return Promise.resolve(plainResponse(instead));
  const sink = new WebSink(request, init);
  const header = request.headers.get('last-event-id');
  const stream = new EventStreamWriter(sink, init, {
    lastEventId: readLastEventId({ header, url: request.url }),
    method: request.method,
  });
  stream.sendEvents(() => callback(stream, request));
  return sink.response;
}

function checkCallback(callback: unknown): void {
  if (typeof callback !== 'function') throw invalidOption('callback', 'a function', { value: callback });
}
