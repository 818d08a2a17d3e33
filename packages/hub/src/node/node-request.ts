import type { IncomingMessage } from 'node:http';
import type { Http2ServerRequest } from 'node:http2';
import type { HubRequest } from '../http/messages';

/** Bodies that a framework has read already. */
interface ReadBody {
  readonly body?: unknown;
}

/** A request of node:http or node:http2, as the hub sees it. */
export function hubRequest(req: IncomingMessage | Http2ServerRequest): HubRequest {
  const { headers } = req;
  return {
    method: req.method ?? 'GET',
    // Express shortens `url` for what is mounted at a path.
    target: (req as { originalUrl?: string }).originalUrl ?? req.url ?? '/',
    host: String(headers[':authority'] ?? headers.host ?? ''),
    header: (name) => (name === 'authorization' ? allOf(req, name) : one(headers[name])),
    body: (maxBytes) => readBody(req, maxBytes),
  };
}

function one(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(', ') : value;
}

/** `headers` has the first of several alone, which must not decide whose token counts. */
function allOf({ rawHeaders }: IncomingMessage | Http2ServerRequest, name: string): string | undefined {
  const values: string[] = [];
  for (let i = 0; i < rawHeaders.length; i += 2)
    if (rawHeaders[i]?.toLowerCase() === name) values.push(rawHeaders[i + 1] ?? '');
  return values.length === 0 ? undefined : values.join(', ');
}

async function readBody(
  req: (IncomingMessage | Http2ServerRequest) & ReadBody,
  maxBytes: number,
): Promise<Uint8Array | undefined> {
  const { body } = req;
  // Something has read it, and has left what it was or not; or the client has left. Nothing more will come.
  if (req.readableEnded || req.destroyed) return alreadyRead(body ?? '', maxBytes);
  if (Number(req.headers['content-length'] ?? 0) > maxBytes) return undefined;
  const chunks: Buffer[] = [];
  let size = 0;
  return new Promise((resolve, reject) => {
    const onData = (chunk: Buffer) => {
      size += chunk.byteLength;
      chunks.push(chunk);
      if (size <= maxBytes) return;
      req.off('data', onData);
      req.pause();
      resolve(undefined);
    };
    req.on('data', onData);
    req.once('end', () => resolve(Buffer.concat(chunks)));
    req.once('error', reject);
    req.once('close', () => reject(new Error('The client has left before its body was whole')));
  });
}

/** A form that a middleware has parsed is written again, for the one set of rules that reads it. */
function alreadyRead(body: unknown, maxBytes: number): Uint8Array | undefined {
  const text = typeof body === 'string' || body instanceof Uint8Array ? body : formOf(body);
  const bytes = typeof text === 'string' ? Buffer.from(text) : text;
  return bytes.byteLength <= maxBytes ? bytes : undefined;
}

function formOf(body: unknown): string {
  const form = new URLSearchParams();
  for (const [name, value] of Object.entries(Object(body)))
    for (const each of Array.isArray(value) ? value : [value]) form.append(name, String(each));
  return form.toString();
}
