import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import type { RequestFacts } from '@eventwire/server';

/** A request of node:http, or of node:http2's compatibility API. */
export type NodeRequest = IncomingMessage | Http2ServerRequest;
/** The request of a handler by default: frameworks leave the parsed body of a POST on the request. */
export interface BodyRequest extends IncomingMessage {
  // biome-ignore lint/suspicious/noExplicitAny: its shape is known to who has put it there
  body?: any;
}
export type NodeResponse = ServerResponse | Http2ServerResponse;

export function isHttp2(res: NodeResponse): res is Http2ServerResponse {
  return 'stream' in res && !('shouldKeepAlive' in res);
}

/** A request as the neutral half sees it. */
export function requestFacts(req: NodeRequest): RequestFacts {
  const header = (name: string) => {
    const value = req.headers[name];
    return Array.isArray(value) ? value.join(', ') : value;
  };
  return { method: req.method ?? 'GET', header };
}
