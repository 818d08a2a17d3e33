import type { Config } from '../check-options';
import { clamp } from '../clamp';
import { ConnectionError } from '../errors';
import type { EventStream } from '../event-stream';
import type { Outcome } from '../outcome';
import { createQueue } from '../queue/event-queue';
import { resolveUrl } from '../request/request-parts';
import { readRetryAfter } from '../response/retry-after';
import { type Ending, isPassing } from '../response/status';
import { seconds, type Trace, type TraceRecord } from '../trace';
import { callSafely } from '../user-callbacks';
import { runAttempt, type Stream } from './attempt';
import { clampServerDelay, reconnectionDelay } from './backoff';
import { judge, refreshes } from './refresh';
import { createTimer } from './timer';

const factsOf = (error: ConnectionError | undefined) => ({ code: error?.code, status: error?.status });

/**
 * One stream: its state, and every change of it. Each change goes through `enter`, which first releases what the state
 * before held; user code may run in it, and in each call after it, and may change the state again: `enter` returns a
 * signal that is aborted once the state is over, and what is done without asking it after each such call is void.
 */
export function follow<E>(config: Config): EventStream<E> {
  const { clock, signal, visibility } = config;
  let state: EventStream['state'] = 'connecting';
  /** Of a wait: the page's being hidden, or a time that no server has set. */
  let paused = false;
  let isOurs = false;
  /** The newest attempt, from 1. */
  let attempt = 0;
  /** Attempts since the stream was last healthy, and when that was, or the first began; `maxElapsed` counts from it. */
  let failures = 0;
  let healthyAt = clock.now();
  /** When the present connection was opened. */
  let openedAt = Infinity;
  /** In ms. [spec] "a reconnection time ... must initially be an implementation-defined value". */
  let reconnectionTime = config.initialDelay;
  /** Why the last attempt ended, unless it ended cleanly. */
  let lastError: ConnectionError | undefined;
  /** Runs of `refresh` that had succeeded when the newest attempt began; undefined if that is the retry after one. */
  let refreshesBefore: number | undefined;
  /** Aborted when the state is over, but for an opening: an attempt lasts from `connecting` to the end of `open`. */
  let controller = new AbortController();
  // While connect() runs its caller does not have the stream yet, so callbacks come a microtask later.
  let constructing = true;
  let resolveClosed: (outcome: Outcome) => void;
  const closed = new Promise<Outcome>((resolve) => {
    resolveClosed = resolve;
  });
  const timer = createTimer(clock);
  const queue = createQueue<E>(
    config,
    () => close(),
    (dropped) => {
      trace('events-dropped', { dropped });
      notify(config.onLagged, { dropped });
    },
  );

  const notify = <A>(callback: ((info: A) => unknown) | undefined, info: A) => {
    if (constructing) queueMicrotask(() => callSafely(callback, info));
    else callSafely(callback, info);
  };
  const trace: Trace = (
    type,
    fields,
    message = [type, ...Object.values(fields)].filter(Boolean).join(' '),
  ) => {
    notify(config.onTrace, { type, message, at: clock.now(), attempt, ...fields } as unknown as TraceRecord);
  };

  const enter = (next: typeof state) => {
    const before = controller;
    state = next;
    paused = isOurs = false;
    timer(); // calls the user's clock
    if (next === 'open' || controller !== before) return before.signal;
    controller = new AbortController();
    const { signal } = controller;
    before.abort();
    return signal;
  };

  /** Forgets failures after a connection that stayed open for `resetAfter`. */
  const countFailure = (more: number) => {
    const now = clock.now();
    failures += more;
    if (now - openedAt >= config.resetAfter) {
      failures = 0;
      healthyAt = now;
    }
    openedAt = Infinity;
  };

  const connect = (isRetry = false) => {
    if (state === 'closed') return;
    const before = controller.signal;
    countFailure(0);
    if (before.aborted) return;
    attempt++;
    const signal = enter('connecting');
    if (signal.aborted) return;
    refreshesBefore = isRetry ? undefined : refreshes(config);
    const context = { attempt, lastEventId: queue.receivedId, previousError: lastError, signal };
    void runAttempt(stream, context).then((ending) => {
      if (!signal.aborted) void ended(ending);
    });
  };

  const finish = (outcome: Outcome) => {
    if (state === 'closed') return;
    enter('closed');
    listen('removeEventListener');
    const { reason, error, detail } = outcome;
    queue.end(reason === 'closed', reason === 'cut' ? undefined : error);
    resolveClosed(outcome);
    const why = error?.message ?? detail;
    trace('closed', { reason, ...factsOf(error) }, why && `closed: ${reason}, ${why}`);
    notify(config.onClose, outcome);
  };
  const close = () => finish({ reason: 'closed' });

  const ended = async (ending: Ending): Promise<void> => {
    let { error } = ending;
    let verdict: Awaited<ReturnType<typeof judge>>;
    const wasOpen = state === 'open';
    let { signal } = controller;
    countFailure(1);
    if (signal.aborted) return;
    const status = error ? error.status : ending.reason ? 204 : 200;
    // Not in the stream's own ends, `terminal` and `ended`.
    const isAsked = !ending.reason || ending.reason === 'no-content';
    if (isAsked && (config.shouldReconnect || (config.refresh && status === 401))) {
      signal = enter('waiting');
      if (!signal.aborted) trace('deciding', { code: error?.code, status });
      if (signal.aborted) return;
      try {
        const context = { attempt, lastEventId: queue.receivedId, error, status };
        verdict = await judge(config, context, refreshesBefore, timer, signal);
      } catch (failure) {
        error = failure as ConnectionError;
      }
      if (signal.aborted) return;
      if (verdict === 'refreshed') return connect(true);
    }
    lastError = error;
    if (ending.reason && !error && !verdict) return finish(ending as Outcome);
    const again = verdict ?? (!error || isPassing(error));
    if (!again || config.reconnect === false)
      return finish(error ? { reason: again && wasOpen ? 'cut' : 'failed', error } : { reason: 'ended' });

    const retryAfter = error?.headers && readRetryAfter(error.headers, clock.now());
    const random = clamp(Number(callSafely(config.random ?? Math.random)) || 0, 0, 1);
    const delay = reconnectionDelay(config, failures, reconnectionTime, retryAfter, random);
    const why = error?.message ?? 'the response ended';
    let limit: 'maxElapsed' | 'maxAttempts' | undefined;
    if (clock.now() + delay - healthyAt > config.maxElapsed) limit = 'maxElapsed';
    if (failures >= config.maxAttempts) limit = 'maxAttempts';
    if (signal.aborted) return;
    if (limit) {
      const message = `Gave up, as reconnect.${limit} is ${config[limit]}: ${why}`;
      return finish({
        reason: 'exhausted',
        error: new ConnectionError('EXHAUSTED', message, { ...error, cause: error }),
      });
    }
    // [spec] "Wait a delay equal to the reconnection time of the event source. ... Optionally, wait some more."
    signal = enter('waiting');
    if (signal.aborted) return;
    isOurs = retryAfter === undefined;
    timer(delay, connect, (left) => (isOurs ? 0 : left));
    if (signal.aborted) return;
    const asked = retryAfter === undefined ? '' : `, Retry-After ${seconds(retryAfter)}`;
    trace('waiting', { delay, ...factsOf(error), retryAfter }, `waiting ${seconds(delay)}: ${why}${asked}`);
    if (!signal.aborted) notify(config.onReconnect, { attempt, delay, error });
  };

  const stream: Stream = {
    config,
    queue,
    timer,
    trace,
    ended,
    url: typeof config.url === 'function' ? '' : resolveUrl(config.url).href,
    opened({ status, headers }) {
      const signal = enter('open');
      const now = clock.now();
      if (signal.aborted) return;
      openedAt = now;
      trace('open', { status });
      if (!signal.aborted) notify(config.onOpen, { attempt, status, headers });
    },
    retry(ms) {
      // [spec] "interpret the field value as an integer in base ten, and set the event stream's reconnection time
      // to that integer"
      const time = clampServerDelay(ms, config);
      if (time === reconnectionTime) return;
      reconnectionTime = time;
      trace('reconnection-time', { reconnectionTime });
    },
  };

  const onOnline = () => {
    if (!isOurs) return;
    trace('awake', {});
    if (isOurs) connect();
  };
  const isHidden = () => visibility === 'pause' && !!globalThis.document?.hidden;
  const onVisibility = () => {
    if (isHidden() === paused) return;
    if (paused) return connect();
    const signal = enter('waiting');
    if (signal.aborted) return;
    paused = true;
    trace('paused', {});
  };
  const listen = (method: 'addEventListener' | 'removeEventListener') => {
    signal?.[method]('abort', close);
    globalThis[method]?.('online', onOnline);
    if (visibility === 'pause') globalThis.document?.[method]('visibilitychange', onVisibility);
  };

  if (signal?.aborted) close();
  else {
    listen('addEventListener');
    if (isHidden()) onVisibility();
    else connect();
  }
  constructing = false;

  return {
    get state() {
      return state;
    },
    get url() {
      return stream.url;
    },
    get lastEventId() {
      return queue.lastEventId;
    },
    get reconnectionTime() {
      return reconnectionTime;
    },
    closed,
    [Symbol.asyncIterator]: () => queue.iterate((next) => next(1)[0] as E),
    batches: () => queue.iterate((next) => next(Infinity)),
    reconnect: () => connect(),
    close,
    // Older runtimes have no such symbol; there, `await using` does not exist either.
    [Symbol.asyncDispose ?? Symbol()]: async () => {
      close();
      await closed;
    },
  } as EventStream<E>;
}
