import { RedisLogError } from './redis-log-error';

/** An entry of a stream, as Redis gives it. */
export interface Entry {
  readonly id: string;
  readonly fields: ReadonlyMap<string, unknown>;
}

/** What `XINFO STREAM` says, as far as it is needed; all zero for a stream that is not there. */
export interface StreamInfo {
  readonly lastGenerated: string;
  readonly length: number;
  /** Entries that were ever added. */
  readonly added: number;
}

/** A transaction's replies. */
export function readExec(reply: unknown): unknown[] {
  if (Array.isArray(reply)) return reply;
  throw unexpected('EXEC', reply);
}

export function readEntries(reply: unknown): Entry[] {
  if (reply instanceof Error) throw reply;
  if (!Array.isArray(reply)) throw unexpected('XRANGE', reply);
  return reply.map((entry: unknown) => {
    if (!Array.isArray(entry)) throw unexpected('XRANGE', entry);
    const [id, fields] = entry as unknown[];
    return { id: String(id), fields: readMap(fields) };
  });
}

export function readInfo(reply: unknown): StreamInfo {
  if (reply instanceof Error) {
    if (/no such key/i.test(reply.message)) return { lastGenerated: '0-0', length: 0, added: 0 };
    throw reply;
  }
  const info = readMap(reply);
  const added = info.get('entries-added');
  if (added === undefined) throw unexpected('XINFO STREAM', reply);
  return {
    lastGenerated: String(info.get('last-generated-id')),
    length: Number(info.get('length')),
    added: Number(added),
  };
}

export function readText(reply: unknown): string | undefined {
  if (reply instanceof Error) throw reply;
  return reply === null || reply === undefined ? undefined : String(reply);
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
