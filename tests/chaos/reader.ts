import { type ConnectOptions, connect, type EventStream, type EventStreamMessage } from '@eventwire/client';

/** What the n-th event carries: every length that a character has in UTF-8, and several lines. */
export const payload = (n: number) => `${n} é 漢字 😀\n${'·'.repeat(n % 97)}\nlast line of ${n}`;

/** Delays that a test can wait for; the policy's own are proved in virtual time. */
const IMPATIENT: ConnectOptions = {
  reconnect: { initialDelay: 1, minDelay: 1, maxDelay: 5, maxServerDelay: 20 },
  connectTimeout: 500,
  idleTimeout: 500,
};

/** Follows the numbered events, and holds each to be the next one: nothing lost, nothing twice, in order. */
export class Reader {
  /** How many events have been read, all of them right. */
  received = 0;
  attempts = 0;
  /** Settles with the stream; rejects at the first event that is not the next one. */
  readonly done: Promise<void>;
  readonly #stream: EventStream;
  #failure: Error | undefined;

  constructor(url: string, lastEventId: string, style: ReaderStyle) {
    const common: ConnectOptions = {
      ...IMPATIENT,
      lastEventId,
      onTrace: ({ type }) => {
        if (type === 'connecting') this.attempts++;
      },
      onGap: (gap) => this.#fail(`a gap was reported: ${JSON.stringify(gap)}`),
    };
    const { stream, done } = style(url, common, (event) => this.#take(event));
    this.#stream = stream;
    this.done = done.then(async () => {
      const outcome = await stream.closed;
      if (outcome.reason !== 'closed') this.#fail(`ended as ${outcome.reason}`);
      this.check();
    });
    this.done.catch(() => {});
  }

  /** Throws what went wrong, if anything has. */
  check(): void {
    if (this.#failure) throw this.#failure;
  }

  close(): void {
    this.#stream.close();
  }

  #take({ type, data }: EventStreamMessage): void {
    if (this.#failure) return;
    if (type !== 'numbered' || data !== payload(this.received)) {
      this.#fail(`event ${this.received} should come, and this came: ${type} ${JSON.stringify(data)}`);
    } else this.received++;
  }

  #fail(reason: string): void {
    this.#failure ??= new Error(`After ${this.received} events and ${this.attempts} attempts: ${reason}`);
    this.#stream.close();
  }
}

type ReaderStyle = (
  url: string,
  options: ConnectOptions,
  take: (event: EventStreamMessage) => void,
) => { stream: EventStream; done: Promise<unknown> };

/** The ways to consume a stream, each with another way to say where it resumes. */
export const styles: Record<string, ReaderStyle> = {
  'for await, by header': (url, options, take) => {
    const stream = connect(url, options);
    const read = async () => {
      for await (const event of stream) take(event);
    };
    return { stream, done: read() };
  },
  'batches, by query': (url, options, take) => {
    const stream = connect(url, { ...options, lastEventIdParam: 'lastEventId' });
    const read = async () => {
      for await (const events of stream.batches()) for (const event of events) take(event);
    };
    return { stream, done: read() };
  },
  'slow callback, by POST': (url, options, take) => {
    const onEvent = async (event: EventStreamMessage) => {
      await new Promise((resolve) => setImmediate(resolve));
      take(event);
    };
    const body = ({ attempt }: { attempt: number }) => JSON.stringify({ attempt });
    const stream = connect(url, { ...options, method: 'POST', body, onEvent });
    return { stream, done: stream.closed };
  },
};
