const STREAM = { stream: true };

/**
 * [spec] "Streams must be decoded using the UTF-8 decode algorithm." Its other half, the byte order mark, is left to
 * the reader of the text, because a stream can also be fed as text.
 */
export class Utf8Decoder {
  // Made at the first bytes: text needs none.
  #decoder: TextDecoder | undefined;

  /** The text of `bytes` and of what was kept, but for an incomplete sequence at the end, which is kept. */
  decode(bytes: Uint8Array): string {
    this.#decoder ??= new TextDecoder('utf-8', { ignoreBOM: true });
    return this.#decoder.decode(bytes, STREAM);
  }

  /** U+FFFD for the incomplete sequence that was kept, if there is one. */
  flush(): string {
    return this.#decoder?.decode() ?? '';
  }
}
