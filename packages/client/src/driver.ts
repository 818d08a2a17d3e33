import { Attempt } from './attempt';
import type { Config } from './config';
import { ConnectionError } from './connection-error';
import type { Ending } from './endings';
import { EventCallback } from './event-callback';
import { EventIterator } from './event-iterator';
import { EventQueue } from './event-queue';
import type { EventStream } from './event-stream';
import type { Outcome } from './outcome';
import { publicUrl } from './request-parts';
import type { Effect, State, Step } from './state';
import { startTimer } from './timer';
import { describe, seconds, type Trace, type TraceRecord } from './trace';
import { begin, type Happening, transition } from './transition';
import { callSafely } from './user-code';
import { judge, type Verdict } from './verdict';

/** Events that may wait where `onQueueFull` reads on. */
const MAX_QUEUED_EVENTS = 1000;

/** Executes what `transition` decides. Holds the resources; decides nothing itself. */
export class Driver<E> implements EventStream<E> {
  declare readonly [Symbol.asyncDispose]: () => Promise<void>;
  readonly closed: Promise<Outcome>;
  readonly #config: Config;
  readonly #queue: EventQueue<E>;
  readonly #callback: EventCallback<E> | undefined;
  readonly #maxQueuedEvents: number;
  #state: State;
  #resolveClosed: (outcome: Outcome) => void = () => {};
  #attempt: Attempt | undefined;
  #stopWaiting: (() => void) | undefined;
  // What has been received, against the queue's id, which is of what has been taken: what is still in the queue
  // must not be asked for again.
  #receivedId: string;
  #url: string;
  // While connect() runs its caller does not have the stream yet, so callbacks come a microtask later.
  #constructing = true;

  constructor(config: Config, url: string) {
    const {
      lastEventId,
      ack = false,
      onQueueFull = 'pause',
      maxQueuedEvents,
      onEvent,
      signal,
      clock,
    } = config;
    this.#config = config;
    this.#url = url;
    this.#receivedId = lastEventId;
    this.#maxQueuedEvents = maxQueuedEvents ?? MAX_QUEUED_EVENTS;
    const limits = {
      pauseAt: onQueueFull === 'pause' ? maxQueuedEvents : Infinity,
      dropAt: onQueueFull === 'drop-oldest' ? this.#maxQueuedEvents : Infinity,
    };
    this.#queue = new EventQueue<E>(lastEventId, { ack, ...limits }, () => this.close());
    this.#callback = onEvent && new EventCallback<E>(this.#queue, onEvent as (event: E) => unknown);
    this.closed = new Promise((resolve) => {
      this.#resolveClosed = resolve;
    });
    // Older runtimes have no such symbol; there, `await using` does not exist either.
    if (Symbol.asyncDispose !== undefined) {
      const value = async () => {
        this.close();
        await this.closed;
      };
      Object.defineProperty(this, Symbol.asyncDispose, { value });
    }

    const first = begin(config.policy, clock.now());
    this.#state = first.state;
    if (signal?.aborted) this.close();
    else {
      this.#listen(true);
      if (this.#hidden) this.#onVisibility();
      else this.#execute(first);
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

  [Symbol.asyncIterator](): AsyncIterableIterator<E> {
    return new EventIterator(this.#queue, (iterator) => this.#queue.take(iterator, 1)[0] as E);
  }

  batches(): AsyncIterableIterator<E[]> {
    return new EventIterator(this.#queue, (iterator) => this.#queue.take(iterator));
  }

  reconnect(): void {
    this.#dispatch({ type: 'reconnect', now: this.#config.clock.now() });
  }

  close(): void {
    this.#dispatch({ type: 'close', outcome: { reason: 'closed' } });
  }

  readonly #onAbort = () => this.close();
  readonly #onOnline = () => this.#dispatch({ type: 'awake' });
  readonly #onVisibility = () => this.#dispatch({ type: this.#hidden ? 'hidden' : 'shown' });

  get #hidden(): boolean {
    return this.#config.visibility === 'pause' && globalThis.document?.hidden === true;
  }

  #listen(on: boolean): void {
    const { signal, visibility } = this.#config;
    const method = on ? 'addEventListener' : 'removeEventListener';
    signal?.[method]('abort', this.#onAbort);
    globalThis[method]?.('online', this.#onOnline);
    if (visibility === 'pause') globalThis.document?.[method]('visibilitychange', this.#onVisibility);
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
    const { clock, onOpen, onReconnect, onClose } = this.#config;
    const { attempt } = state.history;
    /** Unless a trace has changed the state. */
    const notify = <A>(callback: ((info: A) => unknown) | undefined, info: A) => {
      if (this.#state === state) this.#notify(callback, info);
    };
    switch (effect.type) {
      case 'release':
        this.#attempt?.release();
        this.#attempt = undefined;
        this.#stopWaiting?.();
        this.#stopWaiting = undefined;
        return;
      case 'connect':
        this.#connect(attempt, effect.previousError);
        return;
      case 'opened': {
        const { status } = effect.info;
        this.#trace('open', { status });
        notify(onOpen, effect.info);
        return;
      }
      case 'judge':
        void this.#judge(attempt, effect.ending, effect.refreshed);
        return;
      case 'wait': {
        const { delay, error, retryAfter } = effect;
        const due = () => this.#dispatch({ type: 'due', attempt });
        const awake = (left: number) => (retryAfter === undefined ? 0 : left);
        this.#stopWaiting = startTimer(clock, delay, due, awake);
        const { code, status } = error ?? {};
        let reason = code === 'BAD_STATUS' ? `status ${status}` : (error?.message ?? 'the response ended');
        if (retryAfter !== undefined) reason += `, Retry-After ${seconds(retryAfter)}`;
        this.#trace('waiting', { delay, code, status, retryAfter }, `waiting ${seconds(delay)}: ${reason}`);
        notify(onReconnect, { attempt, delay, error });
        return;
      }
      case 'awake':
      case 'paused':
        this.#trace(effect.type, {});
        return;
      case 'reconnection-time':
        this.#trace(effect.type, { reconnectionTime: effect.ms });
        return;
      case 'finish': {
        const { outcome } = effect;
        const { reason, error, detail } = outcome;
        this.#listen(false);
        if (reason === 'closed') this.#queue.drop();
        else this.#queue.end(/^(failed|exhausted)$/.test(reason) ? error : undefined);
        this.#resolveClosed(outcome);
        const why = error?.message ?? detail;
        const fields = { reason, code: error?.code, status: error?.status };
        this.#trace('closed', fields, why && `closed: ${reason}, ${why}`);
        this.#notify(onClose, outcome);
      }
    }
  }

  #connect(number: number, previousError: ConnectionError | undefined): void {
    const { clock } = this.#config;
    const queue = this.#queue;
    const attempt = new Attempt(this.#config, {
      trace: this.#trace,
      requesting: ({ url, idDropped }) => {
        this.#url = url.href;
        this.#trace('connecting', { url: publicUrl(url) });
        if (idDropped) this.#trace('id-not-sent', { length: this.#receivedId.length });
      },
      opened: ({ status, headers }) => {
        this.#dispatch({ type: 'opened', info: { attempt: number, status, headers }, now: clock.now() });
      },
      ended: (ending) => this.#ended(number, ending),
      retry: (ms) => this.#dispatch({ type: 'retry', attempt: number, ms }),
      push: (event, lastEventId) => {
        this.#receivedId = lastEventId;
        queue.push(event as E, lastEventId);
      },
      pushId: (lastEventId) => {
        this.#receivedId = lastEventId;
        queue.pushId(lastEventId);
      },
      flush: () => this.#flush(),
      demand: () => queue.demand(),
      handled: () => this.#callback?.idle(),
    });
    this.#attempt = attempt;
    void attempt.run({ attempt: number, lastEventId: this.#receivedId, previousError });
  }

  #flush(): Ending | undefined {
    const { onQueueFull, onLagged } = this.#config;
    const queue = this.#queue;
    const max = this.#maxQueuedEvents;
    queue.flush();
    const { dropped } = queue;
    queue.dropped = 0;
    if (dropped > 0) {
      this.#trace('events-dropped', { dropped });
      this.#notify(onLagged, { dropped });
    }
    if (onQueueFull !== 'close' || queue.waiting <= max) return undefined;
    const message = `More than ${max} events are waiting, as maxQueuedEvents allows`;
    return { kind: 'error', error: new ConnectionError('QUEUE_FULL', message) };
  }

  #ended(attempt: number, ending: Ending): void {
    const { shouldReconnect, refresh } = this.#config;
    const error = ending.kind === 'error' ? ending.error : undefined;
    const isOver = ending.kind === 'outcome' && ending.reason !== 'no-content'; // terminal, ended
    if (!isOver && (shouldReconnect || (refresh && error?.status === 401))) {
      this.#dispatch({ type: 'unsettled', attempt, ending });
    } else this.#settle(attempt, ending);
  }

  async #judge(attempt: number, ending: Ending, refreshed: boolean): Promise<void> {
    const error = ending.kind === 'error' ? ending.error : undefined;
    const status = error ? error.status : ending.kind === 'clean' ? 200 : 204;
    this.#trace('deciding', { code: error?.code, status });
    const context = { attempt, lastEventId: this.#receivedId, error, status };
    const judged = await judge(this.#config, ending, context, refreshed);
    this.#settle(attempt, judged.ending, judged.verdict);
  }

  #settle(attempt: number, ending: Ending, verdict?: Verdict): void {
    const { clock, random } = this.#config;
    this.#dispatch({ type: 'ended', attempt, ending, verdict, now: clock.now(), random: random() });
  }

  readonly #trace: Trace = (type, fields, words = describe(type, fields)) => {
    const { onTrace, clock } = this.#config;
    const { attempt } = this.#state.history;
    const record = { type, message: words, at: clock.now(), attempt, ...fields };
    if (onTrace) this.#notify(onTrace, record as unknown as TraceRecord);
  };

  #notify<A>(callback: ((info: A) => unknown) | undefined, info: A): void {
    if (this.#constructing) queueMicrotask(() => callSafely(callback, info));
    else callSafely(callback, info);
  }
}
