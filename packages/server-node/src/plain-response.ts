import type { PlainResponse } from '@eventwire/server';
import type { NodeResponse } from './messages';

/** Sends a response that is no event stream. */
export function sendPlainResponse(res: NodeResponse, { status, headers, body }: PlainResponse): void {
  setHeaders(res, headers);
  res.statusCode = status;
  res.end(body);
}

/** A target for the fields of a head: a response, or a collection of them for one. */
export interface HeaderTarget {
  setHeader(name: string, value: string): unknown;
  appendHeader(name: string, value: string): unknown;
}

export function setHeaders(target: HeaderTarget, headers: PlainResponse['headers']): void {
  for (const [name, value] of headers) {
    // The response may vary by other fields too, and set more than one cookie.
    if (name === 'vary' || name === 'set-cookie') target.appendHeader(name, value);
    else target.setHeader(name, value);
  }
}
