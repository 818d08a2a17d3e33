import { checkPiece, encodePiece } from './data';

const DONE: IteratorReturnResult<undefined> = { done: true, value: undefined };

/**
 * The pieces of one event's wire text. Written by hand because a generator's `return()` waits for the piece
 * that is being awaited, which may never come.
 */
export class EventPieces implements AsyncIterableIterator<string> {
  /** Whether the last piece has been given out, or the event has failed or been closed. */
  finished = false;
  #ready: string;
  readonly #source: Iterator<unknown> | AsyncIterator<unknown> | undefined;
  #index = 0;
  /** Calls of next() that overlap take turns: a source may be unable to, and two would both find the end. */
  #turn: Promise<unknown> = Promise.resolve();

  /** @param ready the whole block, or, with a source of data, the lines before it (may be empty) */
  constructor(ready: string, source?: Iterator<unknown> | AsyncIterator<unknown> | undefined) {
    this.#ready = ready;
    this.#source = source;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<string, undefined>> {
    const step = () => this.#step();
    const result = this.#turn.then(step, step);
    this.#turn = result;
    return result;
  }

  async return(): Promise<IteratorReturnResult<undefined>> {
    if (!this.finished) {
      this.finished = true;
      await this.#source?.return?.();
    }
    return DONE;
  }

  async #step(): Promise<IteratorResult<string, undefined>> {
    if (this.finished) return DONE;
    if (this.#ready) {
      const value = this.#ready;
      this.#ready = '';
      this.finished = !this.#source;
      return { done: false, value };
    }
    const value = await this.#read();
    return value === undefined ? DONE : { done: false, value };
  }

  async #read(): Promise<string | undefined> {
    let result: IteratorResult<unknown> | undefined;
    try {
      result = await this.#source?.next();
    } catch (error) {
      this.finished = true;
      throw error;
    }
    if (this.finished) return undefined; // closed meanwhile
    if (!result || result.done) {
      this.finished = true;
      return '\n';
    }
    try {
      return encodePiece(checkPiece(result.value, this.#index++));
    } catch (error) {
      // Not awaited: the refusal is the news, and the source may take its time.
      this.return().catch(() => {});
      throw error;
    }
  }
}
