/** In bytes. Shorter chunks are cheaper to collect than to decode one by one. */
const SMALL = 64;
/** In bytes: what is collected, at most. */
const CAPACITY = 1024;
/** In bytes. From this length on, and if it is not ASCII, engines decode faster as a stream. */
const LONG = 1024;

const OPTIONS = { ignoreBOM: true };
const STREAM = { stream: true };
// Shared: nothing is left in them between two calls. Made at the first bytes, since text needs none.
let ascii: TextDecoder | undefined;
let wide: TextDecoder | undefined;

/**
 * [spec] "Streams must be decoded using the UTF-8 decode algorithm." Its other half, the byte order mark, is left to
 * the reader of the text, because a stream can also be fed as text.
 *
 * It cuts before an incomplete character by itself: TextDecoder's own streaming is up to ten times slower on ASCII.
 */
export class Utf8Decoder {
  /** Without it, a character cut by a chunk would read as U+FFFD. */
  #kept: Uint8Array | undefined;
  /** So many bytes are kept. */
  size = 0;
  /** Whether what was decoded last was not ASCII. */
  #wide = false;

  /**
   * The text of `bytes` and of what was kept, but for an incomplete character at the end, which is kept. Without
   * `atOnce`, what has no line ending may be kept too.
   */
  decode(bytes: Uint8Array, atOnce: boolean): string {
    let size = this.size;
    const total = size + bytes.length;
    if (bytes.length <= SMALL && total <= CAPACITY) {
      this.#kept ??= new Uint8Array(CAPACITY);
      const kept = this.#kept;
      // One by one: set() takes longer on so few.
      for (let i = 0; i < bytes.length; i++) {
        const byte = bytes[i] as number;
        kept[size++] = byte;
        if (byte === 0x0a || byte === 0x0d) atOnce = true;
      }
      this.size = total;
      if (!atOnce) return '';
      bytes = kept.subarray(0, total);
    } else if (this.#kept && size > 0) {
      const joined = new Uint8Array(total);
      joined.set(this.#kept.subarray(0, size));
      joined.set(bytes, size);
      bytes = joined;
    }
    const end = characterEnd(bytes);
    if (end === total) return this.#text(bytes);
    const text = this.#text(bytes.subarray(0, end));
    this.#kept ??= new Uint8Array(CAPACITY);
    this.#kept.set(bytes.subarray(end));
    this.size = total - end;
    return text;
  }

  /** The text of what was kept; U+FFFD for an incomplete character. */
  flush(): string {
    return this.#kept && this.size > 0 ? this.#text(this.#kept.subarray(0, this.size)) : '';
  }

  #text(bytes: Uint8Array): string {
    let text: string;
    this.size = 0;
    if (this.#wide && bytes.length >= LONG) {
      wide ??= new TextDecoder('utf-8', OPTIONS);
      text = wide.decode(bytes, STREAM) + wide.decode();
    } else {
      ascii ??= new TextDecoder('utf-8', OPTIONS);
      text = ascii.decode(bytes);
    }
    this.#wide = text.length < bytes.length;
    return text;
  }
}

/**
 * Before a character that is incomplete at the end, or the end. To cut before a byte that begins a character is safe
 * also where the bytes are not valid, since such a byte ends whatever was before.
 */
function characterEnd(bytes: Uint8Array): number {
  const { length } = bytes;
  for (let size = 1; size < 4 && size <= length; size++) {
    const byte = bytes[length - size] as number;
    if (byte < 0x80) break;
    if (byte >= 0xc0) return size < (byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4) ? length - size : length;
  }
  return length;
}
