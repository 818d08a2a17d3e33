/** Bytes of the first line that are looked at. */
const MAX_LENGTH = 240;

/**
 * Watches the first bytes of one response for the line `: eventwire`, after an optional byte order mark. On the
 * bytes, because a comment anywhere else, or after an empty line, announces nothing.
 */
export class Announcement {
  /** Whether the conventions are in force. */
  announced = false;
  /** The announced heartbeat in ms, kept within 1 s and 10 min; undefined if there is none. */
  heartbeat: number | undefined;
  #line: string | undefined = '';

  feed(chunk: Uint8Array): void {
    if (this.#line === undefined) return;
    this.#line += String.fromCharCode(...chunk.subarray(0, MAX_LENGTH)); // its bytes: all that counts is ASCII
    const match = /^(?:\xef\xbb\xbf)?: eventwire(?: ([^\r\n]*))?([\r\n]|$)/.exec(this.#line);
    if (match === null && this.#line.length < 14) return; // shorter than the mark and the prefix
    // A parameter may go on in the next chunk.
    const whole = match?.[2] !== '';
    this.announced = match !== null && (whole || match[1] !== undefined);
    const digits = whole && / heartbeat=(\d+) /.exec(` ${match?.[1] ?? ''} `)?.[1];
    if (digits) this.heartbeat = Math.min(Math.max(Number(digits), 1_000), 600_000);
    if (whole || this.#line.length >= MAX_LENGTH) this.#line = undefined;
  }
}
