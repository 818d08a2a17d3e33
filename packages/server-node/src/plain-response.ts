import type { PlainResponse } from '@eventwire/server';
import { isHttp2, type NodeResponse } from './messages';

/**
 * RFC 9113, section 8.2.2: fields of one connection, which HTTP/2 knows otherwise; node refuses them there.
 */
const HOP_BY_HOP = ['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'upgrade'];

/** Sends a response that is no event stream. */
export function sendPlainResponse(res: NodeResponse, { status, headers, body }: PlainResponse): void {
  setHeaders(res, sendable(res, headers));
  res.statusCode = status;
  res.end(body);
}

/** Those fields that the response's connection can carry; others that were set before are removed. */
export function sendable<Field extends readonly [name: string, value: string]>(
  res: NodeResponse,
  headers: Iterable<Field>,
): Iterable<Field> {
  if (!isHttp2(res)) return headers;
  for (const name of HOP_BY_HOP) res.removeHeader(name);
  return [...headers].filter(([name]) => !HOP_BY_HOP.includes(name));
}

/** A target for the fields of a head: a response, or a collection of them for one. */
export interface HeaderTarget {
  setHeader(name: string, value: string): unknown;
  appendHeader(name: string, value: string): unknown;
}

export function setHeaders(
  target: HeaderTarget,
  headers: Iterable<readonly [name: string, value: string]>,
): void {
  for (const [name, value] of headers) {
    // The response may vary by other fields too, and set more than one cookie.
    if (name === 'vary' || name === 'set-cookie') target.appendHeader(name, value);
    else target.setHeader(name, value);
  }
}
