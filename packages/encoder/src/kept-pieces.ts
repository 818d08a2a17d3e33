import { checkPiece } from './data';

/**
 * A source that can be iterated only once, as one that can be iterated any number of times, also interleaved.
 * It is read only as far as someone asks. Leaving an iteration early does not close it: the next one goes on.
 */
export class KeptPieces implements Iterable<string> {
  readonly #pieces: string[] = [];
  readonly #source: Iterator<string>;
  /** Kept and thrown again, so that a source that failed never looks like a shorter one. */
  #failure: { error: unknown } | undefined;

  constructor(source: Iterable<unknown>) {
    this.#source = checked(source);
  }

  *[Symbol.iterator](): Generator<string, void, undefined> {
    for (let index = 0; ; index++) {
      if (index === this.#pieces.length && !this.#read()) return;
      yield this.#pieces[index] as string;
    }
  }

  #read(): boolean {
    if (this.#failure) throw this.#failure.error;
    try {
      const { done, value } = this.#source.next();
      if (!done) this.#pieces.push(value);
      return !done;
    } catch (error) {
      this.#failure = { error };
      throw error;
    }
  }
}

/** Opens the source at the first demand; the loop closes it when a piece is refused. */
function* checked(source: Iterable<unknown>): Generator<string, void, undefined> {
  let index = 0;
  for (const piece of source) yield checkPiece(piece, index++);
}
