import type { ResolvedEventStreamInit } from '../stream/event-stream-init';
import { isPreflight, preflightResponse } from './preflight';
import { type PlainResponse, plainText, type RequestFacts } from './response';

/**
 * For a preflight and for an `Accept` that leaves event streams out, the response; undefined where the stream
 * may begin.
 */
export function negotiate(request: RequestFacts, init: ResolvedEventStreamInit): PlainResponse | undefined {
  const { crossOrigin, accept } = init;
  if (crossOrigin && isPreflight(request)) return preflightResponse(request, crossOrigin);
  if (accept === 'require' && !acceptsEventStream(request.header('accept'))) {
    return plainText(
      406,
      'This is an event stream: ask for it with Accept: text/event-stream',
      request,
      crossOrigin,
    );
  }
  return undefined;
}

/** The response to a subscriber beyond `maxSubscribers`. */
export function tooManySubscribers(
  retryAfter: number,
  request: RequestFacts,
  init: ResolvedEventStreamInit,
): PlainResponse {
  const response = plainText(503, 'Too many subscribers: come back later', request, init.crossOrigin);
  return { ...response, headers: [...response.headers, ['retry-after', String(retryAfter)]] };
}

/** The response to a client that nothing more is for. */
export function noContent(request: RequestFacts, { crossOrigin }: ResolvedEventStreamInit): PlainResponse {
  // With the headers of CORS: without them a page of another origin sees an error, and comes back.
  return {
    status: 204,
    headers: [['cache-control', 'no-store'], ...(crossOrigin?.headers(request.header('origin')) ?? [])],
    body: '',
  };
}

/**
 * RFC 9110, section 12.5.1: the most specific range that matches counts; no `Accept` at all accepts
 * everything. It is silent on a range that is given twice: one of the two that accepts is enough, since a
 * client that names the type at all can read it.
 */
export function acceptsEventStream(accept: string | undefined): boolean {
  if (accept === undefined || accept.trim() === '') return true;
  const ranges = ['text/event-stream', 'text/*', '*/*'];
  let best = ranges.length;
  let accepted = false;
  for (const part of accept.split(',')) {
    const [range = '', ...parameters] = part.split(';').map((piece) => piece.trim().toLowerCase());
    const rank = ranges.indexOf(range);
    if (rank < 0 || rank > best) continue;
    if (rank < best) accepted = false;
    const q = parameters.find((parameter) => /^q\s*=/.test(parameter))?.replace(/^q\s*=\s*/, '');
    best = rank;
    accepted ||= q === undefined || Number(q) > 0;
  }
  return accepted;
}
