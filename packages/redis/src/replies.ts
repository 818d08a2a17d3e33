import { RedisLogError } from './redis-log-error';

/** An entry of a stream, as Redis gives it. */
export interface Entry {
  readonly id: string;
  readonly fields: ReadonlyMap<string, unknown>;
}

/** The values of a script's reply, at least `length` of them. */
export function readValues(reply: unknown, length: number): unknown[] {
  if (Array.isArray(reply) && reply.length >= length) return reply;
  throw unexpected('EVAL', reply);
}

export function readEntries(reply: unknown): Entry[] {
  if (!Array.isArray(reply)) throw unexpected('XRANGE', reply);
  return reply.map((entry: unknown) => {
    if (!Array.isArray(entry)) throw unexpected('XRANGE', entry);
    const [id, fields] = entry as unknown[];
    return { id: String(id), fields: readMap(fields) };
  });
}

/** Names and values in turn (RESP2), as a Map or as an object (RESP3, by the client's taste). */
function readMap(reply: unknown): Map<string, unknown> {
  if (reply instanceof Map) return new Map([...reply].map(([name, value]) => [String(name), value]));
  if (Array.isArray(reply)) {
    const map = new Map<string, unknown>();
    for (let i = 0; i < reply.length; i += 2) map.set(String(reply[i]), reply[i + 1]);
    return map;
  }
  if (typeof reply === 'object' && reply !== null) return new Map(Object.entries(reply));
  throw unexpected('a map', reply);
}

function unexpected(what: string, reply: unknown): RedisLogError {
  const kind = Object.prototype.toString.call(reply).slice(8, -1);
  return new RedisLogError(
    'UNEXPECTED_REPLY',
    `Redis answered ${what} with ${kind}: is the key a stream of this log's own, and the server a Redis of version 7 or newer?`,
  );
}
