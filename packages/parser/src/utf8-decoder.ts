import { CR, LF } from './units';

/** In bytes. Shorter chunks are cheaper to collect than to decode one by one. */
const SMALL = 64;
/** In bytes: what is collected, at most. */
const CAPACITY = 1024;
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
 * On ASCII, decoding as a stream is up to ten times slower: so it is done only where a character is cut, or may be.
 */
export class Utf8Decoder {
  /** Without it, a character cut by a chunk would read as U+FFFD. */
  #stream: TextDecoder | undefined;
  /** Whether a part of a character may be in the stream's decoder. */
  #cut = false;
  /** Small chunks of a line. Without them, decoding each would cost more than all else. */
  #collected = NO_BYTES;
  /** In bytes: what is collected. */
  size = 0;
  /** Whether there ever were any bytes. */
  used = false;
  /**
   * Whether each of the bytes last decoded was a character. Their number alone does not tell: what is left of a broken
   * character comes on top.
   */
  aligned = false;

  fits({ length }: Uint8Array): boolean {
    return length <= SMALL && this.size + length <= CAPACITY;
  }

  /** Keeps a copy of what fits. True if it has a line ending. */
  collect(chunk: Uint8Array): boolean {
    if (this.#collected === NO_BYTES) this.#collected = new Uint8Array(CAPACITY);
    this.used = true;
    let ended = false;
    // One by one: set() takes longer on so few.
    for (let i = 0; i < chunk.length; i++) {
      const byte = chunk[i] as number;
      this.#collected[this.size++] = byte;
      if (byte === LF || byte === CR) ended = true;
    }
    return ended;
  }

  /** What was collected. */
  take(): Uint8Array {
    const { size } = this;
    this.size = 0;
    return this.#collected.subarray(0, size);
  }

  /** The text of these bytes, but for a character that is incomplete at their end. */
  decode(bytes: Uint8Array): string {
    const { length } = bytes;
    if (length === 0) return '';
    let text: string;
    const cut = (bytes[length - 1] as number) > 0x7f;
    if (cut || this.#cut || (wide && length >= LONG)) {
      this.#stream ??= new TextDecoder('utf-8', OPTIONS);
      text = this.#stream.decode(bytes, STREAM);
    } else {
      whole ??= new TextDecoder('utf-8', OPTIONS);
      text = whole.decode(bytes);
    }
    this.used = true;
    this.aligned = !this.#cut && text.length === length;
    this.#cut = cut;
    wide = text.length < length;
    return text;
  }

  /** U+FFFD for the incomplete character, if there is one. */
  flush(): string {
    if (!this.#cut || !this.#stream) return '';
    this.#cut = false;
    return this.#stream.decode();
  }
}
