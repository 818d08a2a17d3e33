import { Attempt } from './attempt';
import type { Config } from './config';
import type { ConnectionError } from './connection-error';
import { Delivery } from './delivery';
import type { Ending } from './endings';
import type { EventStream } from './event-stream';
import type { Outcome } from './outcome';
import { publicUrl } from './request-parts';
import type { Effect, State, Step } from './state';
import { Surroundings } from './surroundings';
import { startTimer } from './timer';
import { describe, seconds, type Trace, type TraceRecord } from './trace';
import { begin, type Happening, transition } from './transition';
import { callSafely } from './user-code';
import { endContext, isUnsettled, judge, refreshes, type Verdict } from './verdict';

/** Executes what `transition` decides. Holds the resources; decides nothing itself. */
export class Driver<E> implements EventStream<E> {
  declare readonly [Symbol.asyncDispose]: () => Promise<void>;
  readonly closed: Promise<Outcome>;
  readonly #config: Config;
  readonly #delivery: Delivery<E>;
  readonly #surroundings: Surroundings;
  #state: State;
  #resolveClosed: (outcome: Outcome) => void = () => {};
  #attempt: Attempt | undefined;
  #stopWaiting: (() => void) | undefined;
  #url: string;
  /** When the newest attempt began. */
  #refreshes = 0;
  // While connect() runs its caller does not have the stream yet, so callbacks come a microtask later.
  #constructing = true;

  constructor(config: Config, url: string) {
    const { policy, signal, clock } = config;
    this.#config = config;
    this.#url = url;
    this.#delivery = new Delivery<E>(config, () => this.close());
    const onVisibility = () => this.#dispatch({ type: this.#surroundings.hidden ? 'hidden' : 'shown' });
    const onOnline = () => this.#dispatch({ type: 'awake' });
    this.#surroundings = new Surroundings(config, () => this.close(), onOnline, onVisibility);
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

    const first = begin(policy, clock.now());
    this.#state = first.state;
    if (signal?.aborted) this.close();
    else {
      this.#surroundings.listen(true);
      if (this.#surroundings.hidden) onVisibility();
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
    return this.#delivery.lastEventId;
  }

  get reconnectionTime(): number {
    return this.#state.history.reconnectionTime;
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<E> {
    return this.#delivery.iterate();
  }

  batches(): AsyncIterableIterator<E[]> {
    return this.#delivery.batches();
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
        this.#surroundings.listen(false);
        this.#delivery.finish(outcome);
        this.#resolveClosed(outcome);
        const why = error?.message ?? detail;
        const fields = { reason, code: error?.code, status: error?.status };
        this.#trace('closed', fields, why && `closed: ${reason}, ${why}`);
        this.#notify(onClose, outcome);
      }
    }
  }

  #connect(number: number, previousError: ConnectionError | undefined): void {
    const { clock, onLagged } = this.#config;
    const delivery = this.#delivery;
    const attempt = new Attempt(this.#config, {
      trace: this.#trace,
      requesting: ({ url, idDropped }) => {
        this.#url = url.href;
        this.#trace('connecting', { url: publicUrl(url) });
        if (idDropped) this.#trace('id-not-sent', { length: delivery.receivedId.length });
      },
      opened: ({ status, headers }) => {
        this.#dispatch({ type: 'opened', info: { attempt: number, status, headers }, now: clock.now() });
      },
      ended: (ending) => {
        if (isUnsettled(this.#config, ending)) this.#dispatch({ type: 'unsettled', attempt: number, ending });
        else this.#settle(number, ending);
      },
      retry: (ms) => this.#dispatch({ type: 'retry', attempt: number, ms }),
      push: (event, lastEventId) => delivery.push(event as E, lastEventId),
      pushId: (lastEventId) => delivery.pushId(lastEventId),
      flush: () =>
        delivery.flush((dropped) => {
          this.#trace('events-dropped', { dropped });
          this.#notify(onLagged, { dropped });
        }),
      demand: () => delivery.demand(),
      handled: () => delivery.handled(),
    });
    this.#attempt = attempt;
    this.#refreshes = refreshes(this.#config);
    void attempt.run({ attempt: number, lastEventId: delivery.receivedId, previousError });
  }

  async #judge(attempt: number, ending: Ending, refreshed: boolean): Promise<void> {
    const context = endContext(ending, attempt, this.#delivery.receivedId);
    this.#trace('deciding', { code: context.error?.code, status: context.status });
    const judged = await judge(this.#config, ending, context, refreshed, this.#refreshes);
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
