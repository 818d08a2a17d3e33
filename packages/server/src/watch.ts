import type { ResolvedEventStreamInit } from './event-stream-init';
import type { EventStreamSink } from './event-stream-sink';
import { Heartbeat } from './heartbeat';
import { Lifetime } from './lifetime';
import { StallWatch } from './stall-watch';

/** What watching a stream can lead to. */
export interface WatchListener {
  /** Nothing was written for a heartbeat's interval. */
  idle(): void;
  /** The stream's time is up, or its client is no longer allowed. */
  expired(): void;
  /** The client has taken nothing for `patience` ms. */
  stalled(patience: number): void;
}

/** The timers of one open stream: heartbeats while it is idle, its life's end, and a client that takes nothing. */
export class Watch {
  readonly #heartbeat: Heartbeat | undefined;
  readonly #stall: StallWatch | undefined;
  readonly #lifetime: Lifetime | undefined;

  constructor(sink: EventStreamSink, init: ResolvedEventStreamInit, listener: WatchListener) {
    const { heartbeat, writeTimeout, maxDuration, expiresAt, revalidate, onError } = init;
    if (heartbeat !== false) this.#heartbeat = new Heartbeat(heartbeat, () => listener.idle());
    if (writeTimeout !== false) {
      this.#stall = new StallWatch(sink, writeTimeout, () => listener.stalled(writeTimeout));
    }
    if (maxDuration !== undefined || expiresAt !== undefined || revalidate) {
      this.#lifetime = new Lifetime(init, () => listener.expired(), onError);
    }
  }

  /** To be called after each write. */
  wrote(bytes: number): void {
    this.#heartbeat?.touch();
    this.#stall?.wrote(bytes);
  }

  stop(): void {
    this.#heartbeat?.stop();
    this.#lifetime?.stop();
    this.#stall?.stop();
  }
}
