import type { Chunk } from './event-stream-parser';

const BYTE_ORDER_MARK_BYTES = 3;

/** Where the reader is in the stream, in lines and in bytes. Kept only where ignored lines are reported. */
export class Position {
  /** Of the line being read, from 1. */
  lineNumber = 1;
  /** Where the line being read starts, in bytes. */
  lineStart = 0;
  /** Bytes so far. */
  #offset = 0;
  // Without it, the halves of a surrogate pair in two chunks would count 3 bytes each instead of 4 together.
  #afterHighSurrogate = false;

  /** Counts a piece that is about to be read: the rest of a line, or a part of it. */
  advance(piece: Chunk): void {
    if (typeof piece === 'string') {
      for (let i = 0; i < piece.length; i++) this.#count(piece.charCodeAt(i));
    } else if (piece.length > 0) {
      this.#offset += piece.length;
      this.#afterHighSurrogate = false;
    }
  }

  skipByteOrderMark(): void {
    this.lineStart += BYTE_ORDER_MARK_BYTES;
  }

  /** The LF of a CRLF, whose CR has ended the line. */
  skipLineFeed(): void {
    this.lineStart += 1;
  }

  /** The line ended with the piece that was counted last. */
  nextLine(): void {
    this.lineStart = this.#offset;
    this.lineNumber += 1;
  }

  // UTF-8 bytes of one UTF-16 code unit; a lone surrogate is encoded as U+FFFD, in 3.
  #count(unit: number): void {
    const low = (unit & 0xfc00) === 0xdc00;
    if (low && this.#afterHighSurrogate) this.#offset += 1;
    else this.#offset += unit < 0x80 ? 1 : unit < 0x800 ? 2 : 3;
    this.#afterHighSurrogate = (unit & 0xfc00) === 0xd800;
  }
}

/** The end of the piece of `chunk` from `start`: after the next CR or LF, or at the end of the chunk. */
export function pieceEnd(chunk: Chunk, start: number): number {
  for (let i = start; i < chunk.length; i++) {
    const unit = typeof chunk === 'string' ? chunk.charCodeAt(i) : chunk[i];
    if (unit === 0x0a || unit === 0x0d) return i + 1;
  }
  return chunk.length;
}
