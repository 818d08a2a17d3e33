/** The first line of a stream whose server follows the conventions above the Standard. */
const PREFIX = [...': eventwire'].map((char) => char.charCodeAt(0));
const BOM = [0xef, 0xbb, 0xbf];
const SPACE = 0x20;
/** Bytes of the announcement's parameters that are looked at. */
const MAX_PARAMETERS = 200;

const isLineEnd = (byte: number) => byte === 0x0a || byte === 0x0d;

type Progress = 'bom' | 'prefix' | 'parameters' | 'done';

/**
 * Watches the first bytes of one response for the line `: eventwire`, after an optional byte order mark. On the
 * bytes, because a comment anywhere else, or after an empty line, announces nothing.
 */
export class Announcement {
  #progress: Progress = 'bom';
  #matched = 0; // bytes of the BOM, then of the prefix
  #announced = false;
  #parameters = '';

  /** Whether the conventions are in force. */
  get announced(): boolean {
    return this.#announced;
  }

  /** The announced heartbeat in ms, kept within 1 s and 10 min; undefined if there is none. */
  get heartbeat(): number | undefined {
    if (this.#progress !== 'done') return undefined; // more digits may follow
    const digits = /(?:^| )heartbeat=(\d+)(?: |$)/.exec(this.#parameters)?.[1];
    return digits === undefined ? undefined : Math.min(Math.max(Number(digits), 1_000), 600_000);
  }

  feed(chunk: Uint8Array): void {
    for (let i = 0; i < chunk.length && this.#progress !== 'done'; i++) this.#byte(chunk[i] ?? 0);
  }

  #byte(byte: number): void {
    if (this.#progress === 'parameters') {
      if (isLineEnd(byte)) this.#progress = 'done';
      else if (this.#parameters.length < MAX_PARAMETERS) this.#parameters += String.fromCharCode(byte);
      else this.#stop();
      return;
    }
    if (this.#progress === 'bom') {
      if (byte === BOM[this.#matched]) {
        this.#matched += 1;
        if (this.#matched === BOM.length) this.#expectPrefix();
        return;
      }
      if (this.#matched > 0) {
        this.#stop();
        return;
      }
      this.#expectPrefix();
    }
    if (this.#matched < PREFIX.length) {
      if (byte === PREFIX[this.#matched]) this.#matched += 1;
      else this.#stop();
      return;
    }
    this.#announced = byte === SPACE || isLineEnd(byte);
    this.#progress = byte === SPACE ? 'parameters' : 'done';
  }

  #expectPrefix(): void {
    this.#progress = 'prefix';
    this.#matched = 0;
  }

  #stop(): void {
    this.#progress = 'done';
    this.#parameters = '';
  }
}
