import type { PlainAnswer } from '@eventwire/server';
import type { NodeResponse } from './messages';

/** Sends an answer that is no event stream. */
export function sendAnswer(res: NodeResponse, { status, headers, body }: PlainAnswer): void {
  setHeaders(res, headers);
  res.statusCode = status;
  res.end(body);
}

export function setHeaders(res: NodeResponse, headers: PlainAnswer['headers']): void {
  for (const [name, value] of headers) {
    // Whatever else the answer varies by.
    if (name === 'vary') res.appendHeader(name, value);
    else res.setHeader(name, value);
  }
}
