/**
 * The newest epoch that is known. The log asks on two connections, whose answers come in no common order, so
 * that an answer may still name an epoch that has ended.
 */
export class Epochs {
  #newest = '';
  #ended = '';
  /** Counts what is asked, so that it can be told what was asked after the newest epoch was known. */
  #asked = 0;
  #since = 0;

  get newest(): string {
    return this.#newest;
  }

  /** Begins a question. Its answer's epoch is to be told to `learn` together with this number. */
  ask(): number {
    return ++this.#asked;
  }

  learn(epoch: string, question: number): void {
    if (epoch === this.#newest) return;
    // An epoch that has ended comes back only by a failover to a replica that has not heard of its end.
    if (epoch === this.#ended && question <= this.#since) return;
    this.#ended = this.#newest;
    this.#newest = epoch;
    this.#since = this.#asked;
  }
}
