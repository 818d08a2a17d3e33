/**
 * The last event ID that a request brings: the `Last-Event-ID` header, whose bytes are UTF-8 but reach us one
 * character each, or else the query parameter `lastEventId`; empty without either.
 *
 * HTML Standard, 9.2.4 (The `Last-Event-ID` header).
 */
export function readLastEventId(header: string | null | undefined, url: string): string {
  if (header === null || header === undefined) {
    const query = url.split('#')[0]?.split('?').slice(1).join('?');
    return new URLSearchParams(query).get('lastEventId') ?? '';
  }
  const bytes = Uint8Array.from(header, (character) => character.charCodeAt(0));
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
}
