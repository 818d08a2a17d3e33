import {
  type EventStreamBody,
  type EventStreamInit,
  EventStreamUsageError,
  EventStreamWriter,
  negotiate,
  resolveEventStreamInit,
} from '@eventwire/server';
import { lastEventIdOf } from './last-event-id';
import { asked, plainResponse, WebSink } from './web-sink';

/**
 * Answers a request with an event stream: of what the callback gives, or writes itself until it returns. The response is there at
 * once, with the heartbeat's announcement as the first bytes of its body; events follow as the runtime pulls them.
 *
 * For HEAD, and where the request's signal is aborted already, the body is null and the callback is not called; nor is it for a
 * preflight that `cors` answers and an `Accept` that `accept` refuses. What it throws goes to `onError`.
 *
 * @throws EventStreamUsageError `INVALID_OPTION`
 */
export function streamEvents(
  request: Request,
  callback: (stream: EventStreamWriter, request: Request) => EventStreamBody | Promise<EventStreamBody>,
  init?: EventStreamInit | undefined,
): Response {
  if (typeof request?.headers?.get !== 'function') {
    throw invalid('request', 'must be a Request (in Hono: c.req.raw)');
  }
  if (typeof callback !== 'function') throw invalid('callback', 'must be a function');
  const resolved = resolveEventStreamInit(init);
  const early = negotiate(asked(request), resolved);
  if (early) return plainResponse(early);
  const sink = new WebSink(request, resolved);
  const stream = new EventStreamWriter(sink, resolved, { lastEventId: lastEventIdOf(request) });
  // First, since a channel that is full turns the client away with another response.
  stream.sendEvents(() => callback(stream, request));
  return sink.toResponse();
}

function invalid(option: string, reason: string): EventStreamUsageError {
  return new EventStreamUsageError('INVALID_OPTION', `${option} ${reason}`, { option });
}
