import { ServerResponse } from 'node:http';
import type { ResolvedEventStreamInit } from '@eventwire/server';
import { type NodeRequest, type NodeResponse, requestFacts } from './messages';
import { type HeaderTarget, sendable, setHeaders } from './plain-response';

/**
 * Makes the head of an event stream. Fields that were set on the response before stay, except those that an
 * event stream needs otherwise.
 */
export function writeHead(req: NodeRequest, res: NodeResponse, init: ResolvedEventStreamInit): void {
  const { headers, crossOrigin, status } = init;
  res.removeHeader('content-length');
  const own = sendable(res, headers);
  const fields = takesThemAtOnce(res) ? new Fields() : undefined;
  const target = fields ?? res;
  for (const [name, value] of own) {
    if (name === 'set-cookie') target.appendHeader(name, value);
    else target.setHeader(name, value);
  }
  setHeaders(target, crossOrigin?.headers(requestFacts(req).header('origin')) ?? []);
  if (fields) res.writeHead(status, fields.byName);
  else res.writeHead(status);
}

/**
 * Whether the head's fields can go with `writeHead` itself. Node then keeps none of them for as long as the
 * response lasts: half a kB less for each stream. Not where one has been set before, since node keeps all
 * then. And not where something has put itself before these methods: it may pass on the status alone, or
 * look at the fields by `getHeader`.
 */
function takesThemAtOnce(res: NodeResponse): boolean {
  const { writeHead, setHeader } = ServerResponse.prototype;
  return res.writeHead === writeHead && res.setHeader === setHeader && res.getHeaderNames().length === 0;
}

/** Fields, as they would be set on a response. */
class Fields implements HeaderTarget {
  readonly byName: Record<string, string | string[]> = Object.create(null);

  setHeader(name: string, value: string): void {
    this.byName[name] = value;
  }

  appendHeader(name: string, value: string): void {
    const before = this.byName[name];
    this.byName[name] = before === undefined ? value : [before, value].flat();
  }
}
