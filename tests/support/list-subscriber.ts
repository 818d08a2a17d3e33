import { createParser, type EventStreamMessage } from '@eventwire/parser';
import type { Subscriber } from '@eventwire/server';

/** A subscriber that reads what it is written, as its client would. */
export class ListSubscriber implements Subscriber {
  readonly lastEventId: string;
  readonly events: EventStreamMessage[] = [];
  readonly #abort = new AbortController();
  readonly #parser;

  constructor(lastEventId = '') {
    this.lastEventId = lastEventId;
    this.#parser = createParser({ onEvent: (event) => void this.events.push(event) }, { lastEventId });
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** What its client would send. */
  get cursor(): string {
    return this.#parser.lastEventId;
  }

  get data(): string[] {
    return this.events.filter(({ type }) => type === 'message').map(({ data }) => data);
  }

  get types(): string[] {
    return this.events.map(({ type }) => type);
  }

  write(frame: Uint8Array): boolean {
    this.#parser.feed(frame);
    return true;
  }

  drained(): Promise<void> {
    return Promise.resolve();
  }

  end(): void {
    this.close();
  }

  close(): void {
    this.#abort.abort();
  }
}
