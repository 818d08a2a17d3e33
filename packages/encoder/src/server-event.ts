import { BRAND } from './brand';
import { checkData, checkPiece, type Data, encodeData, encodePiece } from './data';
import { encodeEnd, encodeStart } from './fields';
import { KeptPieces } from './kept-pieces';
import { ServerEventError } from './server-event-error';
import type { ServerEventInit } from './server-event-init';
import { utf8 } from './utf8';

/**
 * One event: immutable, validated once, encoded once, to be written any number of times.
 * Its fields are own properties, so `{ ...event, id: '7' }` is an {@link ServerEventInit} again.
 *
 * An array is copied. Any other iterable is read when the text is first asked for, piece by piece and only
 * once: its pieces are kept, and an error that it throws is thrown again by every later reading.
 *
 * @example
 * const event = new ServerEvent('hello', { type: 'greeting' });
 * `${event}`; // 'event: greeting\ndata: hello\n\n'
 * new ServerEvent('hello', { ...event, id: '7' }).id; // '7'
 */
export class ServerEvent implements ServerEventInit, Iterable<string> {
  readonly data: string | Iterable<string> | undefined;
  readonly type: string | undefined;
  readonly id: string | undefined;
  readonly retry: number | undefined;
  readonly comment: string | undefined;
  readonly #start: string;
  readonly #end: string;
  #text: string | undefined;

  /**
   * @param data absent for a block that dispatches nothing: `new ServerEvent(undefined, { comment: 'still here' })`
   * @throws ServerEventError with the code of the field that is refused
   */
  constructor(
    data?: string | Iterable<string> | undefined,
    init: Omit<ServerEventInit, 'data'> | undefined = {},
  ) {
    this.#start = encodeStart(init);
    this.#end = encodeEnd(init);
    checkData(data);
    this.data = keep(data);
    this.type = init.type;
    this.id = init.id;
    this.retry = init.retry;
    this.comment = init.comment;
    Object.freeze(this);
  }

  /**
   * An event whose data is the value as JSON.
   *
   * @example
   * ServerEvent.json({ done: 40 }, { type: 'progress' });
   *
   * @throws ServerEventError `NOT_JSON` where JSON has no text for the value (`undefined`, a function, a symbol) or
   *   `JSON.stringify` throws (a cycle, a BigInt), whose error is the `cause`
   */
  static json(value: unknown, init?: Omit<ServerEventInit, 'data'> | undefined): ServerEvent {
    return create(stringify(value), init);
  }

  get [Symbol.toStringTag](): typeof BRAND {
    return BRAND;
  }

  /**
   * The wire text: the lines before the data, then one string for each piece of data, then the id and the
   * blank line.
   */
  *[Symbol.iterator](): Generator<string, void, undefined> {
    const start = encodeStart(this);
    if (start) yield start;
    if (typeof this.data === 'string') yield encodePiece(this.data);
    else if (this.data) for (const piece of this.data) yield encodePiece(piece);
    yield encodeEnd(this);
  }

  /** The wire text of the whole block. */
  toString(): string {
    const { data } = this;
    // A Proxy around an event has its fields, and not what is private.
    if (!(#start in this)) return encodeStart(this) + encodeData(data, encodeEnd(this));
    this.#text ??= this.#start + encodeData(data, this.#end);
    return this.#text;
  }

  /** The wire text in UTF-8, in an array of its own at each call. Lone surrogates become U+FFFD. */
  toBytes(): Uint8Array<ArrayBuffer> {
    return utf8(this.toString());
  }
}

function keep(data: Data): Data {
  if (data === undefined || typeof data === 'string') return data;
  return Array.isArray(data) ? Object.freeze(Array.from(data, checkPiece)) : new KeptPieces(data);
}

/** Outside the class: bundlers rename a class that names itself, and the new name would show in logs. */
function create(data: string, init: Omit<ServerEventInit, 'data'> | undefined): ServerEvent {
  return new ServerEvent(data, init);
}

function stringify(value: unknown): string {
  let cause: unknown = `JSON has no ${typeof value}`;
  try {
    const text: string | undefined = JSON.stringify(value);
    if (text !== undefined) return text;
  } catch (error) {
    cause = error;
  }
  throw new ServerEventError('NOT_JSON', 'data', `data cannot be written as JSON: ${cause}`, { cause });
}
