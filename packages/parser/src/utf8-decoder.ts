import type { Chunk } from './event-stream-parser';
import { CR, isEnding, LF, unitAt } from './units';

/** In characters of text or in bytes. Up to it, pieces are cheaper to collect than to read one by one. */
const SMALL_TEXT = 16;
const SMALL = 64;
/** In bytes: what is collected, at most. */
const CAPACITY = 4096;
/** In bytes. From this length on, and if it is not ASCII, engines decode faster as a stream. */
const LONG = 1024;

const OPTIONS = { ignoreBOM: true };
const STREAM = { stream: true };
/** Shared, since nothing is left in it between two calls. Made at the first bytes: text needs none. */
let whole: TextDecoder | undefined;
const NO_BYTES = /* @__PURE__ */ new Uint8Array();
/** A guess only, for all streams: whether the last bytes were not ASCII. */
let wide = false;

/**
 * [spec] "Streams must be decoded using the UTF-8 decode algorithm." Its other half, the byte order mark, is left to
 * the reader of the text, because a stream can also be fed as text.
 *
 * On ASCII, decoding as a stream is up to ten times slower: so it is done only where a character is cut, or
 * may be.
 */
export class Utf8Decoder {
  /** Without it, a character cut by a chunk would read as U+FFFD. */
  #stream: TextDecoder | undefined;
  /** Whether a part of a character may be in the stream's decoder. */
  cut_ = false;
  /** Small pieces of a line. Without them, decoding or joining each would cost more than all else. */
  #collected = NO_BYTES;
  /** In bytes: what is collected. */
  size_ = 0;
  /**
   * Whether each of the bytes last decoded was a character. Their number alone does not tell: what is left of
   * a broken character comes on top.
   */
  aligned_ = false;

  /**
   * Keeps a copy of a small piece, and tells whether it ends a line; undefined if it is to be read by itself.
   */
  collect_(chunk: Chunk): boolean | undefined {
    const { size_: size } = this;
    const { length } = chunk;
    const isText = typeof chunk === 'string';
    if (length > (isText ? SMALL_TEXT : SMALL) || size + length > CAPACITY) return undefined;
    // By itself, if it is whole lines, as most are: known without looking at the rest.
    if (size === 0 && isEnding(unitAt(chunk, length - 1))) return undefined;
    if (this.#collected === NO_BYTES) this.#collected = new Uint8Array(CAPACITY);
    const collected = this.#collected;
    // Text is its own bytes where it is ASCII.
    const max = isText ? 0x7f : 0xff;
    let ended = false;
    // One by one: set() takes longer on so few.
    for (let i = 0; i < length; i++) {
      const unit = isText ? chunk.charCodeAt(i) : (chunk[i] as number);
      if (unit > max) return undefined;
      collected[size + i] = unit;
      if (unit <= CR && (unit === LF || unit === CR)) ended = true;
    }
    if (ended && size === 0) return undefined;
    this.size_ = size + length;
    return ended;
  }

  /** The bytes that were collected; there are some. */
  take_(): Uint8Array {
    const { size_: size } = this;
    this.size_ = 0;
    return this.#collected.subarray(0, size);
  }

  /** The text of these bytes, at least one, but for a character that is incomplete at their end. */
  decode(bytes: Uint8Array): string {
    const { length } = bytes;
    const cut = (bytes[length - 1] as number) > 0x7f;
    if (cut || this.cut_ || (wide && length >= LONG)) return this.#decodeAsStream(bytes, cut);
    whole ??= new TextDecoder('utf-8', OPTIONS);
    const text = whole.decode(bytes);
    this.aligned_ = text.length === length;
    // Written only where it changes: all streams share it.
    if (wide === this.aligned_) wide = !wide;
    return text;
  }

  #decodeAsStream(bytes: Uint8Array, cut: boolean): string {
    this.#stream ??= new TextDecoder('utf-8', OPTIONS);
    const text = this.#stream.decode(bytes, STREAM);
    wide = text.length < bytes.length;
    this.aligned_ = !wide && !this.cut_;
    this.cut_ = cut;
    return text;
  }

  /** The rest of a character that was cut. */
  flush(): string {
    this.cut_ = false;
    return (this.#stream as TextDecoder).decode();
  }
}
