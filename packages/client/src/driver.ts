import type { EventStreamMessage } from '@eventwire/parser';
import { Attempt } from './attempt';
import type { Config } from './config';
import type { ConnectionError } from './connection-error';
import { EventCallback } from './event-callback';
import { EventIterator } from './event-iterator';
import { EventQueue } from './event-queue';
import type { EventStream } from './event-stream';
import type { Outcome } from './outcome';
import { publicUrl } from './request-parts';
import type { Effect, State, Step } from './state';
import { seconds, type TraceEntry, traceClosed, traceWait } from './trace';
import { begin, type Happening, transition } from './transition';
import { callSafely } from './user-code';

/** Executes what `transition` decides. Holds the resources; decides nothing itself. */
export class Driver implements EventStream {
  declare readonly [Symbol.asyncDispose]: () => Promise<void>;
  readonly closed: Promise<Outcome>;
  readonly #config: Config;
  readonly #queue: EventQueue<EventStreamMessage>;
  readonly #callback: EventCallback<EventStreamMessage> | undefined;
  readonly #onAbort = () => this.close();
  #state: State;
  #resolveClosed: (outcome: Outcome) => void = () => {};
  #attempt: Attempt | undefined;
  #waitTimer: { readonly handle: unknown } | undefined;
  // What has been received, against the queue's id, which is of what has been taken: what is still in the queue
  // must not be asked for again.
  #receivedId: string;
  #url: string;
  // While connect() runs its caller does not have the stream yet, so callbacks come a microtask later.
  #constructing = true;

  constructor(config: Config, url: string) {
    this.#config = config;
    this.#url = url;
    this.#receivedId = config.lastEventId;
    this.#queue = new EventQueue(config.lastEventId, () => this.close());
    this.#callback = config.onEvent && new EventCallback(this.#queue, config.onEvent);
    this.closed = new Promise((resolve) => {
      this.#resolveClosed = resolve;
    });
    // Older runtimes have no such symbol; there, `await using` does not exist either.
    if (Symbol.asyncDispose !== undefined) {
      const value = () => {
        this.close();
        return this.closed.then(() => {});
      };
      Object.defineProperty(this, Symbol.asyncDispose, { value });
    }

    const first = begin(config.policy, config.clock.now());
    this.#state = first.state;
    if (config.signal?.aborted) this.close();
    else {
      config.signal?.addEventListener('abort', this.#onAbort);
      this.#execute(first);
    }
    this.#constructing = false;
  }

  get state() {
    return this.#state.name;
  }

  get url(): string {
    return this.#url;
  }

  get lastEventId(): string {
    return this.#queue.lastEventId;
  }

  get reconnectionTime(): number {
    return this.#state.history.reconnectionTime;
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<EventStreamMessage> {
    return new EventIterator(this.#queue, (iterator) => this.#queue.take(iterator) as EventStreamMessage);
  }

  batches(): AsyncIterableIterator<EventStreamMessage[]> {
    return new EventIterator(this.#queue, (iterator) => this.#queue.takeAll(iterator));
  }

  reconnect(): void {
    this.#dispatch({ type: 'reconnect', now: this.#config.clock.now() });
  }

  close(): void {
    this.#dispatch({ type: 'close', outcome: { reason: 'closed' } });
  }

  #dispatch(happening: Happening): void {
    const step = transition(this.#state, happening, this.#config.policy);
    if (step.state === this.#state) return;
    this.#state = step.state;
    this.#execute(step);
  }

  /**
   * Effects may run user code, which may change the state, which runs other effects to their end. What is left
   * here is then void: it belongs to a state that is over.
   */
  #execute({ state, effects }: Step): void {
    for (const effect of effects) {
      if (this.#state !== state) return;
      this.#perform(effect, state);
    }
  }

  #perform(effect: Effect, state: State): void {
    const { onReconnect, onClose } = this.#config;
    switch (effect.type) {
      case 'release':
        this.#attempt?.release();
        this.#attempt = undefined;
        if (this.#waitTimer !== undefined) this.#config.clock.clearTimeout(this.#waitTimer.handle);
        this.#waitTimer = undefined;
        return;
      case 'connect':
        this.#connect(effect.attempt, effect.previousError);
        return;
      case 'opened': {
        const { info } = effect;
        this.#trace({ type: 'open', message: `open: status ${info.status}`, status: info.status });
        if (this.#state === state) this.#notify(() => callSafely(this.#config.onOpen, info));
        return;
      }
      case 'wait': {
        const { attempt, delay, error, retryAfter } = effect;
        const due = () => this.#dispatch({ type: 'due', attempt });
        this.#waitTimer = { handle: this.#config.clock.setTimeout(due, delay) };
        this.#trace(traceWait(delay, error, retryAfter));
        if (this.#state === state) this.#notify(() => callSafely(onReconnect, { attempt, delay, error }));
        return;
      }
      case 'reconnection-time': {
        const message = `the reconnection time is ${seconds(effect.ms)}`;
        this.#trace({ type: 'reconnection-time', message, reconnectionTime: effect.ms });
        return;
      }
      case 'finish': {
        const { outcome } = effect;
        const { reason, error } = outcome;
        this.#config.signal?.removeEventListener('abort', this.#onAbort);
        if (reason === 'closed') this.#queue.drop();
        else this.#queue.end(reason === 'failed' || reason === 'exhausted' ? error : undefined);
        this.#resolveClosed(outcome);
        this.#trace(traceClosed(outcome));
        this.#notify(() => callSafely(onClose, outcome));
      }
    }
  }

  #connect(number: number, previousError: ConnectionError | undefined): void {
    const { clock, random } = this.#config;
    const queue = this.#queue;
    const attempt = new Attempt(this.#config, {
      requesting: ({ url, idDropped }) => {
        this.#url = url.href;
        const where = publicUrl(url);
        this.#trace({ type: 'connecting', message: `attempt ${number}: ${where}`, url: where });
        if (idDropped) this.#traceDroppedId(this.#receivedId.length);
      },
      opened: ({ status, headers }) => {
        this.#dispatch({ type: 'opened', info: { attempt: number, status, headers }, now: clock.now() });
      },
      ended: (ending) => {
        this.#dispatch({ type: 'ended', attempt: number, ending, now: clock.now(), random: random() });
      },
      retry: (ms) => this.#dispatch({ type: 'retry', attempt: number, ms }),
      received: (lastEventId) => {
        this.#receivedId = lastEventId;
      },
      push: (event) => queue.push(event, event.lastEventId),
      pushId: (lastEventId) => queue.pushId(lastEventId),
      flush: () => queue.flush(),
      demand: () => queue.demand(),
      handled: () => this.#callback?.idle(),
    });
    this.#attempt = attempt;
    void attempt.run({ attempt: number, lastEventId: this.#receivedId, previousError });
  }

  #traceDroppedId(length: number): void {
    const message = `the last event ID (${length} characters) cannot be sent: the stream may start at its beginning`;
    this.#trace({ type: 'id-not-sent', message, length });
  }

  #trace(entry: TraceEntry): void {
    const { onTrace, clock } = this.#config;
    if (onTrace === undefined) return;
    const record = { ...entry, at: clock.now(), attempt: this.#state.history.attempt };
    this.#notify(() => callSafely(onTrace, record));
  }

  #notify(callback: () => void): void {
    if (this.#constructing) queueMicrotask(callback);
    else callback();
  }
}
