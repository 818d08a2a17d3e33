import { type ConnectOptions, connect, type EventStream, type EventStreamMessage } from '@eventwire/client';

/** What the n-th event carries: every length that a character has in UTF-8, and several lines. */
export const payload = (n: number) => `${n} é 漢字 😀\n${'·'.repeat(n % 97)}\nlast line of ${n}`;

/** Delays that a test can wait for; the policy's own are proved in virtual time. */
const IMPATIENT: ConnectOptions = {
  reconnect: { initialDelay: 1, minDelay: 1, maxDelay: 5, maxServerDelay: 20 },
  connectTimeout: 500,
  idleTimeout: 500,
};

type Counter = 'crashes' | 'twice' | 'dropped' | 'overflows';

/** A way to consume. */
export interface ReaderStyle {
  readonly name: string;
  /** What happens to such readers; the other counters stay at 0. Default: nothing. */
  readonly counts?: readonly Counter[];
  /** Follows, takes and crashes by the reader's own methods, until the reader is over. */
  read(reader: Reader): Promise<unknown>;
}

/**
 * Follows the numbered events, and holds each to be the next one: nothing lost but what was reported as dropped, nothing twice but
 * what a crash has left unfinished, in order.
 */
export class Reader implements Record<Counter, number> {
  attempts = 0;
  crashes = 0;
  /** Events that had been handed over before a crash, and had to come again. */
  twice = 0;
  /** Events of which `onLagged` has told that they were dropped. */
  dropped = 0;
  /** Streams that ended because too many events waited. */
  overflows = 0;
  /** Settles when the style has come to its end; rejects if anything went wrong. */
  readonly done: Promise<void>;
  #stream: EventStream | undefined;
  #over = false;
  #failure: Error | undefined;
  /** What a consumer would have stored: where the next stream resumes. */
  #storedId: string;
  /** The number of the event that has to come. */
  #next = 0;
  /** Events that were reported as dropped, and whose place in the order has not been reached. */
  #excused = 0;

  constructor(
    readonly style: ReaderStyle,
    readonly url: string,
    lastEventId: string,
    /** In [0, 1): the style's chance. */
    readonly random: () => number,
  ) {
    this.#storedId = lastEventId;
    this.done = style
      .read(this)
      .catch((error) => this.#fail(`the style threw ${error}`))
      .then(() => this.check());
    this.done.catch(() => {});
  }

  /** How many events are accounted for: read, or reported as dropped. */
  get received(): number {
    return this.#next + this.#excused;
  }

  /** Nothing more is to be followed. */
  get over(): boolean {
    return this.#over;
  }

  /** Throws what went wrong, if anything has. */
  check(): void {
    if (this.#failure) throw this.#failure;
  }

  close(): void {
    this.#over = true;
    this.#stream?.close();
  }

  /** A stream from where the last one was left. */
  follow(options: ConnectOptions = {}): EventStream {
    const stream = connect(this.url, {
      ...IMPATIENT,
      lastEventId: this.#storedId,
      onTrace: ({ type }) => {
        if (type === 'connecting') this.attempts++;
      },
      onGap: (gap) => this.#fail(`a gap was reported: ${JSON.stringify(gap)}`),
      onLagged: ({ dropped }) => {
        this.dropped += dropped;
        this.#excused += dropped;
      },
      ...options,
    });
    this.#stream = stream;
    void stream.closed.then(({ reason, error }) => {
      if (reason !== 'closed' && error?.code !== 'QUEUE_FULL') this.#fail(`ended as ${reason}: ${error}`);
    });
    return stream;
  }

  take({ type, data }: EventStreamMessage): void {
    if (this.#failure) return;
    const number = Number.parseInt(data, 10);
    const skipped = number - this.#next;
    const isRight = type === 'numbered' && data === payload(number);
    if (!isRight || skipped < 0 || skipped > this.#excused) {
      this.#fail(`event ${this.#next} should come, and this came: ${type} ${JSON.stringify(data)}`);
    } else {
      this.#excused -= skipped;
      this.#next = number + 1;
    }
  }

  /** The consumer dies: all that is left of it is the id that it has stored. So what it had taken and not finished has to come again. */
  crash(stream: EventStream, unfinished: number): void {
    this.crashes++;
    this.twice += unfinished;
    this.#next -= unfinished;
    this.#storedId = stream.lastEventId;
    stream.close();
  }

  /** The stream has closed itself, and another is to go on behind what was taken of it. */
  overflow(stream: EventStream): void {
    this.overflows++;
    this.#storedId = stream.lastEventId;
  }

  #fail(reason: string): void {
    this.#failure ??= new Error(`After ${this.received} events and ${this.attempts} attempts: ${reason}`);
    this.close();
  }
}
