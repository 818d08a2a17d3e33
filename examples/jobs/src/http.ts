import type { IncomingMessage, ServerResponse } from 'node:http';

const maxBodyBytes = 16 * 1024;

/** A request that is refused; it becomes `{"error": {"code", "field"?, "message"}}`. */
export class HttpError extends Error {
  readonly status: number;
  readonly code: string;
  readonly field: string | undefined;
  readonly headers: Record<string, string>;

  constructor(
    status: number,
    code: string,
    message: string,
    {
      field,
      headers = {},
    }: { field?: string | undefined; headers?: Record<string, string> | undefined } = {},
  ) {
    super(message);
    this.status = status;
    this.code = code;
    this.field = field;
    this.headers = headers;
  }
}

/** On every response but the event stream, which has its own. */
const safeHeaders = { 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' };

export function send(
  res: ServerResponse,
  status: number,
  type: string,
  body: string | Uint8Array,
  headers: Record<string, string> = {},
): void {
  const bytes = Buffer.from(body);
  res.writeHead(status, {
    ...safeHeaders,
    'Content-Type': type,
    'Content-Length': String(bytes.length),
    ...headers,
  });
  res.end(res.req.method === 'HEAD' ? undefined : bytes);
}

export function sendJson(
  res: ServerResponse,
  status: number,
  value: unknown,
  headers?: Record<string, string>,
): void {
  send(res, status, 'application/json; charset=utf-8', `${JSON.stringify(value)}\n`, headers);
}

export function sendError(res: ServerResponse, error: unknown): void {
  // A stream that has begun can only be broken off.
  if (res.headersSent) {
    res.destroy();
    return;
  }
  if (error instanceof HttpError) {
    const { code, field, message, status, headers } = error;
    sendJson(res, status, { error: { code, field, message } }, headers);
    return;
  }
  console.error(error);
  sendJson(res, 500, { error: { code: 'INTERNAL', message: 'the server failed; its terminal says why' } });
}

/** The body of a POST as JSON: only `application/json` (415), at most 16 KiB (413), and well-formed (400). */
export async function readJson(req: IncomingMessage): Promise<unknown> {
  // A page of another site can send text/plain or a form without asking, but not this type.
  const type = (req.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/json') {
    throw new HttpError(415, 'UNSUPPORTED_MEDIA_TYPE', 'send the body as application/json', {
      headers: { Accept: 'application/json' },
    });
  }
  const tooLarge = () => {
    // What still comes is thrown away as it comes, and nothing else can follow on this connection.
    req.resume();
    return new HttpError(413, 'BODY_TOO_LARGE', `the body may have ${maxBodyBytes} bytes at most`, {
      headers: { Connection: 'close' },
    });
  };
  if (Number(req.headers['content-length'] ?? 0) > maxBodyBytes) throw tooLarge();

  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of req.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBodyBytes) throw tooLarge();
    chunks.push(chunk);
  }
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks))) as unknown;
  } catch {
    throw new HttpError(400, 'INVALID_JSON', 'the body must be JSON in UTF-8, such as {}', { field: 'body' });
  }
}
