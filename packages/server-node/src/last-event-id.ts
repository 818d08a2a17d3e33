import type { NodeRequest } from './messages';

/**
 * The id that the client sent: of the header, or else of the query parameter `lastEventId`, for clients that cannot set a header.
 *
 * [spec] HTML Standard, 9.2.4 (The Last-Event-ID header): the id is sent as its UTF-8 bytes, which node gives as Latin-1.
 */
export function lastEventIdOf(req: NodeRequest): string {
  const header = req.headers['last-event-id'];
  const value = Array.isArray(header) ? header[0] : header;
  if (value) return Buffer.from(value, 'latin1').toString('utf8');
  const url = req.url ?? '';
  const query = url.indexOf('?');
  return query < 0 ? '' : (new URLSearchParams(url.slice(query)).get('lastEventId') ?? '');
}
