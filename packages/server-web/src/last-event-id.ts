// Made by the first id, since some runtimes that import this have no TextDecoder (Jest's jsdom).
let utf8: TextDecoder | undefined;

/**
 * The id that the client sent: of the header, or else of the query parameter `lastEventId`, for clients that cannot set a header.
 *
 * [spec] HTML Standard, 9.2.4 (The Last-Event-ID header): the id is sent as its UTF-8 bytes.
 */
export function lastEventIdOf(request: Request): string {
  const value = request.headers.get('last-event-id');
  if (value) return decodeBytes(value);
  return new URL(request.url).searchParams.get('lastEventId') ?? '';
}

/**
 * Headers are byte strings, a character per byte, on Node, Deno and Bun, while workerd has decoded them already. What cannot be bytes, or
 * not those of UTF-8, stays as it is.
 */
function decodeBytes(value: string): string {
  const bytes = new Uint8Array(value.length);
  for (let i = 0; i < value.length; i++) {
    const unit = value.charCodeAt(i);
    if (unit > 0xff) return value;
    bytes[i] = unit;
  }
  utf8 ??= new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  try {
    return utf8.decode(bytes);
  } catch {
    return value;
  }
}
