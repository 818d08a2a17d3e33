import type { IncomingMessage, ServerResponse } from 'node:http';
import { type EventStreamInit, EventStreamWriter, resolveEventStreamInit } from '@eventwire/server';
import { lastEventIdOf } from './last-event-id';
import { NodeSink } from './node-sink';

/**
 * A response of node:http as an event stream. Its head goes out at once, with the heartbeat's announcement.
 *
 * Where the client has already left, and for HEAD, the stream is over from the start: `signal` is aborted, nothing throws.
 *
 * @throws EventStreamUsageError `INVALID_OPTION`, and `HEADERS_SENT` where something else has begun the response
 */
export class EventStreamResponse extends EventStreamWriter {
  constructor(req: IncomingMessage, res: ServerResponse, init?: EventStreamInit | undefined) {
    const resolved = resolveEventStreamInit(init);
    super(new NodeSink(req, res, resolved), resolved, { lastEventId: lastEventIdOf(req) });
  }
}
