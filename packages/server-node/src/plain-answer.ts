import type { PlainAnswer } from '@eventwire/server';
import type { NodeResponse } from './messages';

/** Sends an answer that is no event stream. */
export function sendAnswer(res: NodeResponse, { status, headers, body }: PlainAnswer): void {
  setHeaders(res, headers);
  res.statusCode = status;
  res.end(body);
}

/** Whatever takes the fields of a head: a response, or who gathers them for one. */
export interface HeaderTarget {
  setHeader(name: string, value: string): unknown;
  appendHeader(name: string, value: string): unknown;
}

export function setHeaders(target: HeaderTarget, headers: PlainAnswer['headers']): void {
  for (const [name, value] of headers) {
    // Whatever else the answer varies by.
    if (name === 'vary') target.appendHeader(name, value);
    else target.setHeader(name, value);
  }
}
