import type { Config } from './config';

/** What happens around a stream: its user aborts, the network comes back, the page is hidden or shown. */
export class Surroundings {
  readonly #config: Config;
  readonly #onAbort: () => void;
  readonly #onOnline: () => void;
  readonly #onVisibility: () => void;

  constructor(config: Config, onAbort: () => void, onOnline: () => void, onVisibility: () => void) {
    this.#config = config;
    this.#onAbort = onAbort;
    this.#onOnline = onOnline;
    this.#onVisibility = onVisibility;
  }

  /** Whether the page is hidden, where that matters. */
  get hidden(): boolean {
    return this.#config.visibility === 'pause' && globalThis.document?.hidden === true;
  }

  /** Begins to tell, or stops. */
  listen(on: boolean): void {
    const { signal, visibility } = this.#config;
    const method = on ? 'addEventListener' : 'removeEventListener';
    signal?.[method]('abort', this.#onAbort);
    globalThis[method]?.('online', this.#onOnline);
    if (visibility === 'pause') globalThis.document?.[method]('visibilitychange', this.#onVisibility);
  }
}
