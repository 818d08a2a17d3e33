import type { EventStreamWriter, PlainResponse } from '@eventwire/server';
import { streamEvents } from '@eventwire/server-web';
import type { HubRequest, HubResponse } from './http/messages';

interface Core {
  handle(request: HubRequest): Promise<HubResponse | undefined>;
}

/** The adapter for Request and Response. */
export function fetchWith(core: Core): (request: Request) => Promise<Response | undefined> {
  return async (request) => {
    const response = await core.handle(hubRequest(request));
    if (!response) return undefined;
    const { plain, stream } = response;
    return plain
      ? plainResponse(plain)
      : streamEvents(request, (one: EventStreamWriter) => stream.begin(one), stream.init);
  };
}

function hubRequest(request: Request): HubRequest {
  return {
    method: request.method,
    target: request.url,
    host: request.headers.get('host') ?? new URL(request.url).host,
    header: (name) => request.headers.get(name) ?? undefined,
    body: (maxBytes) => readBody(request.body, maxBytes),
  };
}

async function readBody(body: Request['body'], maxBytes: number): Promise<Uint8Array | undefined> {
  const reader = body?.getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (let read = await reader?.read(); read && !read.done; read = await reader?.read()) {
    size += read.value.byteLength;
    chunks.push(read.value);
    if (size <= maxBytes) continue;
    await reader?.cancel();
    return undefined;
  }
  return concat(chunks, size);
}

function concat(chunks: readonly Uint8Array[], size: number): Uint8Array {
  const whole = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.byteLength;
  }
  return whole;
}

function plainResponse({ status, headers, body }: PlainResponse): Response {
  return new Response(body === '' ? null : body, { status, headers: headers.map(([...pair]) => pair) });
}
