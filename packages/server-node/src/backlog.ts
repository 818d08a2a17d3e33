/**
 * The largest piece of a frame that node is given at once. Less would make the fan-out of large frames dearer
 * (twice the CPU with 64 KiB), and show no more: Linux itself tells of taken bytes in steps of up to 1.4 MB.
 */
export const SLICE_BYTES = 262_144;

/**
 * Bytes of one response that node has not been given yet, in slices. Node tells of a write once all of it has
 * been taken, and of writes that it has gathered once all of them have. So it gets a few at a time: otherwise
 * nobody could see that a slow client reads.
 */
export class Backlog {
  /** How many bytes are held. */
  size = 0;
  /**
   * Slices that have been handed out are let go of many at a time: `shift()` on a long array moves all the
   * others.
   */
  #slices: Uint8Array[] = [];
  #next = 0;

  push(frame: Uint8Array): void {
    this.size += frame.byteLength;
    for (let at = 0; at < frame.byteLength; at += SLICE_BYTES) {
      this.#slices.push(frame.subarray(at, at + SLICE_BYTES));
    }
  }

  /** The slice that has waited longest; undefined where there is none. */
  shift(): Uint8Array | undefined {
    const slice = this.#slices[this.#next];
    if (slice === undefined) return undefined;
    this.size -= slice.byteLength;
    this.#next++;
    if (this.#next >= 256) {
      this.#slices = this.#slices.slice(this.#next);
      this.#next = 0;
    }
    return slice;
  }
}
