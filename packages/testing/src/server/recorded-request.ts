import type { IncomingMessage } from 'node:http';
import { readLastEventId } from '../last-event-id';

/** A request as the server got it. */
export interface RecordedRequest {
  readonly method: string;
  /** Path and query, as they came. */
  readonly url: string;
  /** By lower-case name. A value has one character for each byte, as in Node. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /**
   * The `Last-Event-ID` header, read as UTF-8, or else the query parameter `lastEventId`; empty without
   * either.
   */
  readonly lastEventId: string;
  /** The body, read as UTF-8. */
  readonly body: string;
  /** When it came, in ms on the clock of `performance.now()`. */
  readonly time: number;
  /** Settles once its response is over: ended or cut by the server, or left by the client. Never rejects. */
  readonly closed: Promise<void>;
}

/** The request with its whole body. Rejects if the client leaves before that. */
export async function recordRequest(
  request: IncomingMessage,
  closed: Promise<void>,
): Promise<RecordedRequest> {
  const time = performance.now();
  const chunks: Uint8Array[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const { method = '', url = '', headers } = request;
  const given = headers['last-event-id'];
  return {
    method,
    url,
    headers,
    // Node joins a repeated header of this name with ", ".
    lastEventId: readLastEventId(Array.isArray(given) ? given.join(', ') : given, url),
    body: Buffer.concat(chunks).toString(),
    time,
    closed,
  };
}
