import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import { invalidOption } from '@eventwire/options';
import { streamEvents } from '@eventwire/server-node';
import { HANDLE, type HubHandler } from '../http/messages';
import { hubRequest } from './node-request';

type NodeRequest = IncomingMessage | Http2ServerRequest;
type NodeResponse = ServerResponse | Http2ServerResponse;

/** Settles once the response is over, or `next` was called. Does not reject. */
export type HubListener = (req: NodeRequest, res: NodeResponse, next?: () => void) => Promise<void>;

/**
 * A request listener for `node:http` and `node:http2`, and a middleware for frameworks that pass their messages:
 * a request for another path than the hub's goes to `next`, or gets 404.
 *
 * @example
 * createServer(hubListener(createHub({ url: 'https://example.org/.well-known/mercure', anonymous: true })));
 *
 * @throws TypeError `INVALID_OPTION` for what is no hub
 */
export function hubListener(hub: HubHandler): HubListener {
  if (typeof hub?.[HANDLE] !== 'function') throw invalidOption('hub', 'a hub of createHub()', { value: hub });
  return async (req, res, next) => {
    const response = await hub[HANDLE](hubRequest(req));
    if (response?.stream) {
      const { begin, init } = response.stream;
      await streamEvents(req as IncomingMessage, res, (stream) => begin(stream), init);
      return;
    }
    if (!response && next) {
      next();
      return;
    }
    const { status, headers, body } = response?.plain ?? { status: 404, headers: [], body: '' };
    res.statusCode = status;
    for (const [name, value] of headers) {
      // A middleware may have set it too.
      if (name === 'vary') res.appendHeader(name, value);
      else res.setHeader(name, value);
    }
    // The rest of a body that was too large is not read: the connection cannot serve another request.
    if (status === 413 && req.httpVersionMajor < 2) res.setHeader('connection', 'close');
    res.end(body);
  };
}
