/** Keeps blocks whole: what comes while one is written piece by piece runs after it, in order. */
export class Turns {
  /** Half a block is out, or may be: nothing else may be written until it is whole. */
  #held = false;
  #over = false;
  /** None until something has to wait. */
  #waiting: (() => void)[] | undefined;

  get held(): boolean {
    return this.#held && !this.#over;
  }

  /** Calls `turn`, which does not throw, now or once the block is whole or the stream over: it looks at the stream's state itself. */
  take(turn: () => void): void {
    if (this.held) {
      this.#waiting ??= [];
      this.#waiting.push(turn);
    } else turn();
  }

  /** Called within a turn. */
  hold(): void {
    this.#held = true;
  }

  release(): void {
    this.#held = false;
    this.#run();
  }

  finish(): void {
    this.#over = true;
    this.#run();
  }

  #run(): void {
    while (!this.held) {
      const turn = this.#waiting?.shift();
      if (!turn) return;
      turn();
    }
  }
}
