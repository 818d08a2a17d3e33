import type { PlainResponse } from '@eventwire/server';
import type { NodeResponse } from './messages';

/** Sends an answer that is no event stream. */
export function sendPlainResponse(res: NodeResponse, { status, headers, body }: PlainResponse): void {
  setHeaders(res, headers);
  res.statusCode = status;
  res.end(body);
}

/** Whatever takes the fields of a head: a response, or who gathers them for one. */
export interface HeaderTarget {
  setHeader(name: string, value: string): unknown;
  appendHeader(name: string, value: string): unknown;
}

export function setHeaders(target: HeaderTarget, headers: PlainResponse['headers']): void {
  for (const [name, value] of headers) {
    // Whatever else the answer varies by.
    if (name === 'vary') target.appendHeader(name, value);
    else target.setHeader(name, value);
  }
}
