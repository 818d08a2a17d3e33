import type { Chunk } from './event-stream-parser';

/** Where the reader is in the stream, in lines and in bytes. Kept only where ignored lines are reported. */
export class Position {
  /** Of the line being read, from 1. */
  lineNumber = 1;
  /** Where the line being read starts, in bytes. */
  lineStart = 0;
  /** Bytes so far. */
  offset = 0;
  // Without it, the halves of a surrogate pair in two chunks would count 3 bytes each instead of 4 together.
  #afterHighSurrogate = false;

  /** Counts a piece of a line that is about to be read. */
  advance(piece: Chunk): void {
    for (let i = 0; i < piece.length; i++) {
      // UTF-8 bytes of one UTF-16 code unit; a lone surrogate is encoded as U+FFFD, in 3.
      const unit = typeof piece === 'string' ? piece.charCodeAt(i) : 0;
      const pair = this.#afterHighSurrogate && unit >> 10 === 0x37;
      this.offset += pair || unit < 0x80 ? 1 : unit < 0x800 ? 2 : 3;
      this.#afterHighSurrogate = unit >> 10 === 0x36;
    }
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
