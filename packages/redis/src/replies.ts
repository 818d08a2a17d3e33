import { RedisLogError } from './redis-log-error';

/** An entry of a stream, as Redis gives it. */
export interface Entry {
  readonly id: string;
  /** Names and values in turn. */
  readonly fields: readonly string[];
}

/** The values of a script's reply, at least `length` of them. */
export function readValues(reply: unknown, length: number): unknown[] {
  if (Array.isArray(reply) && reply.length >= length) return reply;
  throw unexpected('EVAL', reply);
}

/** As the script of a page gives them: JSON of ids, each with names and values in turn. */
export function readEntries(reply: unknown): Entry[] {
  try {
    return (JSON.parse(String(reply)) as [string, string[]][]).map(([id, fields]) => {
      if (!Array.isArray(fields)) throw unexpected('EVAL', reply);
      return { id, fields };
    });
  } catch {
    throw unexpected('EVAL', reply);
  }
}

function unexpected(what: string, reply: unknown): RedisLogError {
  const kind = Object.prototype.toString.call(reply).slice(8, -1);
  return new RedisLogError(
    'UNEXPECTED_REPLY',
    `Redis answered ${what} with ${kind}: is the key a stream of this log's own, and the server a Redis of version 7 or newer?`,
  );
}
