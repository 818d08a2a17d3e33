import type { EventLog, LogPage } from '@eventwire/server';

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** How a log behaves at present. */
export interface Weather {
  /** Turns of the event loop that each way takes. */
  delay(): number;
  /** Whether the next question fails. */
  fails(): boolean;
}

/** Another log as behind a network: what is asked takes a while and may fail, and its tail lags, and can be cut. */
export class UnsteadyLog implements EventLog {
  readonly #log: EventLog;
  readonly #weather: Weather;
  readonly #tails = new Set<() => void>();

  constructor(log: EventLog, weather: Weather) {
    this.#log = log;
    this.#weather = weather;
  }

  append(...given: Parameters<EventLog['append']>): ReturnType<EventLog['append']> {
    return this.#log.append(...given);
  }

  lastId(): Promise<string> {
    return this.#later(() => this.#log.lastId());
  }

  compare(a: string, b: string): number {
    return this.#log.compare(a, b);
  }

  cursorBefore(id: string): string {
    return this.#log.cursorBefore?.(id) ?? '';
  }

  read(...given: Parameters<EventLog['read']>): Promise<LogPage> {
    return this.#later(() => this.#log.read(...given));
  }

  async follow(after: string, listener: (batch: LogPage) => void, signal: AbortSignal): Promise<void> {
    let last = Promise.resolve();
    const own = new AbortController();
    const pass = (batch: LogPage) => {
      last = last.then(async () => {
        await this.#pause();
        if (!signal.aborted) listener(batch);
      });
    };
    const cut = () => {
      own.abort();
      pass({ events: [], gap: true });
    };
    await this.#later(() => this.#log.follow(after, pass, own.signal));
    this.#tails.add(cut);
    signal.addEventListener('abort', () => {
      this.#tails.delete(cut);
      own.abort();
    });
  }

  /** Its tails lose their places. */
  cut(): void {
    const tails = [...this.#tails];
    this.#tails.clear();
    for (const cut of tails) cut();
  }

  async #later<T>(ask: () => T | Promise<T>): Promise<T> {
    await this.#pause();
    if (this.#weather.fails()) throw new Error('The log cannot be reached');
    const answer = await ask();
    await this.#pause();
    return answer;
  }

  async #pause(): Promise<void> {
    for (let n = this.#weather.delay(); n > 0; n--) await turn();
  }
}
