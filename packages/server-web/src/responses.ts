import type { PlainResponse, RequestFacts, ResolvedEventStreamInit } from '@eventwire/server';

/** A request as the neutral half sees it. */
export function requestFacts(request: Request): RequestFacts {
  return { method: request.method, header: (name) => request.headers.get(name) ?? undefined };
}

/** The response whose body is the event stream. */
export function streamResponse(
  body: ReadableStream<Uint8Array> | null,
  request: Request,
  { status, headers: given, crossOrigin }: ResolvedEventStreamInit,
): Response {
  const headers = new Headers(given);
  for (const [name, value] of crossOrigin?.headers(request.headers.get('origin') ?? undefined) ?? []) {
    if (name === 'vary') headers.append(name, value);
    else headers.set(name, value);
  }
  // Its own for each: middleware such as Hono's `etag()` would read the whole stream to make one.
  if (!headers.has('etag')) headers.set('etag', `W/"${Math.random().toString(36).slice(2)}"`);
  return new Response(body, { status, headers });
}

/** A response that is no event stream. */
export function plainResponse({ status, headers, body }: PlainResponse): Response {
  return new Response(body === '' ? null : body, { status, headers: headers.map(([...pair]) => pair) });
}
