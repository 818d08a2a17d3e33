// So many pieces are joined into one string. A 16 MiB line that comes byte by byte would otherwise be 16 million
// pieces; and a piece, being a slice, may keep the whole chunk in memory that it was cut from.
const PIECES = 1024;

/**
 * Text under construction, in linear time and memory however small its pieces are. Without a separator, no piece may be
 * empty.
 */
export class TextBuffer {
  /** The sum of the pieces' lengths, and one separator after each. */
  size = 0;
  readonly #separator: string;
  #pieces: string[] = [];
  #joined: string[] = [];

  constructor(separator: string) {
    this.#separator = separator;
  }

  append(piece: string): void {
    this.size += piece.length + this.#separator.length;
    if (this.#pieces.push(piece) === PIECES) {
      this.#joined.push(this.#pieces.join(this.#separator));
      this.#pieces = [];
    }
  }

  /** The pieces, joined by the separator. The buffer is empty afterwards. */
  take(): string {
    let text = this.#pieces.length === 1 ? (this.#pieces[0] ?? '') : this.#pieces.join(this.#separator);
    if (this.#joined.length > 0) {
      if (this.#pieces.length > 0) this.#joined.push(text);
      text = this.#joined.join(this.#separator);
    }
    this.clear();
    return text;
  }

  clear(): void {
    this.size = 0;
    this.#pieces = [];
    this.#joined = [];
  }
}
