import { nextTurn } from '../stream/turn';

/**
 * The replays under way, by stream. The transport writes to a stream that is being replayed once the replay is
 * over: a message that is stored between the replay's last look and that moment would be in neither.
 */
export class Replays {
  readonly #running = new Map<string, Set<Promise<unknown>>>();

  /** Counts as a replay of the stream until the work is through, and for a turn of the event loop more. */
  during<T>(streamId: string, work: () => Promise<T>): Promise<T> {
    const replay = work();
    // By the next turn, the transport has heard of the replay's end.
    const over = replay.then(nextTurn, nextTurn);
    const running = this.#running.get(streamId) ?? new Set();
    this.#running.set(streamId, running.add(over));
    void over.then(() => {
      running.delete(over);
      if (running.size === 0 && this.#running.get(streamId) === running) this.#running.delete(streamId);
    });
    return replay;
  }

  /** Settles once no replay of the stream is under way that has begun before. */
  async over(streamId: string): Promise<void> {
    await Promise.all(this.#running.get(streamId) ?? []);
  }
}
