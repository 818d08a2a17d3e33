import { EventStreamUsageError } from '@eventwire/server';
import { isHttp2, type NodeResponse } from './messages';

/** Whether the client has left, or the response is over. */
export function isGone(res: NodeResponse): boolean {
  // Node takes the stream away from a response of HTTP/2 once it is over.
  return isHttp2(res) ? (res.stream?.closed ?? true) : res.destroyed;
}

/** Whether a head has gone out, or can no longer. */
export function isBegun(res: NodeResponse): boolean {
  return res.headersSent || res.writableEnded;
}

export function headersSent(): EventStreamUsageError {
  return new EventStreamUsageError(
    'HEADERS_SENT',
    'Something else has begun the response: answer a request by an event stream or by yourself, not by both',
  );
}
