import { checkPiece, encodePiece } from './data';

const DONE: IteratorReturnResult<undefined> = { done: true, value: undefined };

/**
 * The pieces of one event's wire text. Written by hand because a generator's `return()` waits for the piece
 * that is being awaited, which may never come.
 */
export class EventPieces implements AsyncIterableIterator<string> {
  /** Whether the last piece has been given out, or the event has failed or been closed. */
  finished = false;
  #start: string;
  readonly #end: string;
  readonly #source: Iterator<unknown> | AsyncIterator<unknown> | undefined;
  #index = 0;
  /** Calls of next() that overlap take turns: a source may be unable to, and two would both find the end. */
  #turn: Promise<unknown> = Promise.resolve();

  /**
   * @param start the lines before the data, which may be none
   * @param end what ends the block; without a source of data, the whole block
   */
  constructor(start: string, end: string, source?: Iterator<unknown> | AsyncIterator<unknown> | undefined) {
    this.#start = start;
    this.#end = end;
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
    const start = this.#start;
    this.#start = '';
    if (!this.#source) {
      this.finished = true;
      return { done: false, value: this.#end };
    }
    const piece = await this.#read(this.#source);
    return piece === undefined ? DONE : { done: false, value: start + piece };
  }

  async #read(source: Iterator<unknown> | AsyncIterator<unknown>): Promise<string | undefined> {
    let result: IteratorResult<unknown>;
    try {
      result = await source.next();
    } catch (error) {
      this.finished = true;
      throw error;
    }
    if (this.finished) return undefined; // closed meanwhile
    if (result.done) {
      this.finished = true;
      return this.#end;
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
