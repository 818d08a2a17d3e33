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
  #line = '';

  feed(chunk: Uint8Array): void {
    if (this.#line.length >= MAX_LENGTH || /[\r\n]/.test(this.#line)) return;
    this.#line += String.fromCharCode(...chunk.subarray(0, MAX_LENGTH)); // its bytes: all that counts is ASCII
    this.announced = /^(\xef\xbb\xbf)?: eventwire[ \r\n]/.test(this.#line);
    // A number may go on in the next chunk.
    const [, digits] = /^.* heartbeat=(\d+)[ \r\n]/.exec(this.#line) ?? [];
    if (this.announced && digits) this.heartbeat = Math.min(Math.max(Number(digits), 1_000), 600_000);
  }
}
