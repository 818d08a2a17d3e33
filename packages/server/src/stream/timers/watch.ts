import type { ResolvedEventStreamInit } from '../event-stream-init';
import type { EventStreamSink } from '../event-stream-sink';
import { Heartbeat, type HeartbeatListener } from './heartbeat';
import { Lifetime } from './lifetime';
import { WriteTimeout } from './write-timeout';

/** What watching a stream can lead to. */
export interface WatchListener extends HeartbeatListener {
  /** The stream's time is up, or its client is no longer allowed. */
  expired(): void;
  /** The client has taken nothing for `patience` ms. */
  stalled(patience: number): void;
}

/** The timers of one open stream: heartbeats while it is idle, its life's end, and a client that takes nothing. */
export class Watch {
  readonly #sink: EventStreamSink;
  readonly #writeTimeout: number | false;
  readonly #listener: WatchListener;
  readonly #heartbeat: Heartbeat | undefined;
  readonly #lifetime: Lifetime | undefined;
  /** From when something was pending for the first time: most clients take everything at once. */
  #stall: WriteTimeout | undefined;

  constructor(sink: EventStreamSink, init: ResolvedEventStreamInit, listener: WatchListener) {
    const { heartbeat, writeTimeout, maxDuration, expiresAt, revalidate, onError } = init;
    this.#sink = sink;
    this.#writeTimeout = writeTimeout;
    this.#listener = listener;
    if (heartbeat !== false) this.#heartbeat = new Heartbeat(heartbeat, listener);
    if (maxDuration !== undefined || expiresAt !== undefined || revalidate) {
      this.#lifetime = new Lifetime(init, () => listener.expired(), onError);
    }
  }

  /** To be called after a write that has left something pending. */
  late(bytes: number): void {
    const patience = this.#writeTimeout;
    if (patience === false) return;
    this.#stall ??= new WriteTimeout(this.#sink, patience, () => this.#listener.stalled(patience));
    this.#stall.late(bytes);
  }

  stop(): void {
    this.#heartbeat?.stop();
    this.#lifetime?.stop();
    this.#stall?.stop();
  }
}
