import {
  type EventStreamBody,
  type EventStreamInit,
  EventStreamUsageError,
  resolveEventStreamInit,
} from '@eventwire/server';
import { awaitTurn, isPipelined } from './connection-turn';
import { EventStreamResponse } from './event-stream-response';
import type { BodyRequest, NodeRequest, NodeResponse } from './messages';

/**
 * A request listener that answers every request with an event stream: of what the callback gives, or writes itself until it
 * returns. Works as the handler of any framework that passes node's request and response, also after the body has been read.
 *
 * A pipelined request waits until the responses before it on its connection have ended; the callback is
 * called then. So a connection of HTTP/1 holds one stream at a time.
 *
 * The listener's promise settles once the response is over, and never rejects: errors go to `onError`.
 *
 * @throws EventStreamUsageError `INVALID_OPTION`, at this call
 */
export function eventStreamHandler<Req extends NodeRequest = BodyRequest>(
  callback: (response: EventStreamResponse, req: Req) => EventStreamBody | Promise<EventStreamBody>,
  init?: EventStreamInit | undefined,
): (req: Req, res: NodeResponse) => Promise<void> {
  if (typeof callback !== 'function') {
    throw new EventStreamUsageError('INVALID_OPTION', 'callback must be a function', { option: 'callback' });
  }
  const resolved = resolveEventStreamInit(init);
  // Not async functions: one that waits would be a tenth of what a quiet stream holds.
  const serve = (req: Req, res: NodeResponse): Promise<void> => {
    try {
      const response = new EventStreamResponse(req, res, resolved);
      response.sendEvents(() => callback(response, req));
      return response.closed;
    } catch (error) {
      resolved.onError(error);
      return Promise.resolve();
    }
  };
  return (req, res) => {
    if (!isPipelined(res)) return serve(req, res);
    return new Promise((resolve) => {
      awaitTurn(req, res, () => resolve(serve(req, res)), resolve);
    });
  };
}
