import {
  type EventStreamInit,
  EventStreamWriter,
  readLastEventId,
  resolveEventStreamInit,
} from '@eventwire/server';
import { checkMessages } from './check-messages';
import { type NodeRequest, type NodeResponse, requestFacts } from './messages';
import { NodeSink } from './node-sink';

/**
 * A response of node:http or node:http2 as an event stream. Its head goes out at once, which is with the
 * first event or when everything that runs now has nothing left to do but wait, with the heartbeat's
 * announcement. `hold()` keeps it back.
 *
 * Where the client has already left, for HEAD, and where `cors` or `accept` have another response, the stream
 * is over from the start: `signal` is aborted, nothing throws.
 *
 * For a pipelined request, whose turn on the connection has not come, it is a stream at once: its bytes are
 * kept until then, and `writeTimeout` cuts it as if its client took nothing. `eventStreamHandler` waits
 * instead.
 *
 * Where something else begins the response before the head has gone out, the stream is over, and `onError`
 * told `HEADERS_SENT`.
 *
 * @example
 * createServer(async (req, res) => {
 *   const stream = new EventStreamResponse(req, res);
 *   await stream.sendEvent('hello');
 *   stream.end();
 * });
 *
 * @throws TypeError `INVALID_OPTION`; EventStreamUsageError `HEADERS_SENT` where something else has begun
 *   the response
 */
export class EventStreamResponse extends EventStreamWriter {
  constructor(req: NodeRequest, res: NodeResponse, init?: EventStreamInit | undefined) {
    checkMessages(req, res);
    const resolved = resolveEventStreamInit(init);
    const header = requestFacts(req).header('last-event-id');
    super(new NodeSink(req, res, resolved), resolved, {
      lastEventId: readLastEventId({ header, url: req.url }),
      method: req.method,
    });
  }
}
