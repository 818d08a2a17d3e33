import type { ResolvedEventStreamInit } from '../event-stream-init';
import type { EventStreamSink } from '../event-stream-sink';
import { Heartbeat, type HeartbeatListener } from './heartbeat';
import { Lifetime } from './lifetime';
import { WriteTimeout } from './write-timeout';

/** The events that come of watching a stream. */
export interface WatchListener extends HeartbeatListener {
  /** The stream's time is up, or its client is no longer allowed. */
  onExpired(): void;
  /** The client has taken nothing for `writeTimeout` ms. */
  onStalled(writeTimeout: number): void;
}

/**
 * The timers of one open stream: heartbeats while it is idle, its life's end, and a client that takes
 * nothing.
 */
export class Watch {
  readonly #sink: EventStreamSink;
  readonly #writeTimeout: number | false;
  readonly #listener: WatchListener;
  readonly #heartbeat: Heartbeat | undefined;
  readonly #lifetime: Lifetime | undefined;
  /** From when something was pending for the first time: most clients take everything at once. */
  #stuck: WriteTimeout | undefined;

  constructor(sink: EventStreamSink, init: ResolvedEventStreamInit, listener: WatchListener) {
    const { heartbeat, writeTimeout, maxDuration, expiresAt, revalidate, onError } = init;
    this.#sink = sink;
    this.#writeTimeout = writeTimeout;
    this.#listener = listener;
    if (heartbeat !== false) this.#heartbeat = new Heartbeat(heartbeat, listener);
    if (maxDuration !== undefined || expiresAt !== undefined || revalidate) {
      this.#lifetime = new Lifetime(init, () => listener.onExpired(), onError);
    }
  }

  /** To be called after a write that has left something pending. */
  onPending(bytes: number): void {
    const writeTimeout = this.#writeTimeout;
    if (writeTimeout === false) return;
    this.#stuck ??= new WriteTimeout(this.#sink, writeTimeout, () => this.#listener.onStalled(writeTimeout));
    this.#stuck.onPending(bytes);
  }

  stop(): void {
    this.#heartbeat?.stop();
    this.#lifetime?.stop();
    this.#stuck?.stop();
  }
}
