import { checkPiece } from './data.js';

/**
 * A source that can be iterated only once, as one that can be iterated any number of times, also interleaved.
 * It is read only as far as someone asks. Leaving an iteration early does not close it: the next one goes on.
 */
export class KeptPieces implements Iterable<string> {
  readonly #pieces: string[] = [];
  #source: Iterable<unknown> | undefined;
  #iterator: Iterator<unknown> | undefined;
  /** Kept and thrown again, so that a source that failed never looks like a shorter one. */
  #failure: { error: unknown } | undefined;

  constructor(source: Iterable<unknown>) {
    this.#source = source;
  }

  *[Symbol.iterator](): Generator<string, void, undefined> {
    for (let index = 0; ; index++) {
      const piece = this.#pieces[index] ?? this.#read();
      if (piece === undefined) return;
      yield piece;
    }
  }

  #read(): string | undefined {
    if (this.#failure) throw this.#failure.error;
    try {
      this.#iterator ??= this.#source?.[Symbol.iterator]();
      const result = this.#iterator?.next();
      if (!result || result.done) {
        this.#source = this.#iterator = undefined;
        return undefined;
      }
      try {
        const piece = checkPiece(result.value, this.#pieces.length);
        this.#pieces.push(piece);
        return piece;
      } catch (error) {
        close(this.#iterator);
        throw error;
      }
    } catch (error) {
      this.#failure = { error };
      this.#source = this.#iterator = undefined;
      throw error;
    }
  }
}

/** The refusal is the error to report, not what the source says to being closed. */
function close(iterator: Iterator<unknown> | undefined): void {
  try {
    iterator?.return?.();
  } catch {}
}
