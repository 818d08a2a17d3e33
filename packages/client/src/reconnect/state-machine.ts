import type { Config } from '../config';
import type { Outcome } from '../contexts';
import { ConnectionError } from '../errors';
import type { StreamControls } from '../event-stream';
import { createQueue, type EventQueue } from '../queue/event-queue';
import { isSafe } from '../request/method';
import { resolveUrl } from '../request/url';
import { readRetryAfter } from '../response/retry-after';
import { type AttemptEnd, isPassing } from '../response/status';
import { seconds } from '../trace';
import { callSafely } from '../user-callbacks';
import { runAttempt } from './attempt';
import type { AttemptHost } from './attempt-host';
import { clampServerDelay, delayAfterEnd, reconnectionDelay } from './backoff';
import { createHealth } from './health';
import { createNotifier } from './notifier';
import { createPageEvents } from './page-events';
import { countRefreshes, type Decision, decide } from './refresh';
import { createTimer } from './timer';

type StreamState = StreamControls['state'];

interface StateMachine<E> {
  readonly controls: StreamControls;
  readonly closed: Promise<Outcome>;
  readonly iterate: EventQueue<E>['iterate'];
  readonly batches: EventQueue<E>['batches'];
}

const factsOf = (error: ConnectionError | undefined) => ({ code: error?.code, status: error?.status });

/**
 * The state of one stream, and every change of it. Each change goes through `enter`, which first releases
 * what the state before held. User code may run in it, and in each call after it, and may change the state
 * again. So `enter` returns a signal that is aborted once the state is over, and nothing may be done after
 * such a call without asking it.
 */
export function createStateMachine<E>(config: Config): StateMachine<E> {
  const { clock, signal, policy } = config;
  let state: StreamState = 'connecting';
  /** Of a wait: whether the page is hidden. */
  let paused = false;
  /** Of a wait: whether it may be cut short, since no server has asked for its length. */
  let isOurs = false;
  /** The newest attempt, from 1. */
  let attempt = 0;
  /** In ms. [spec] "a reconnection time ... must initially be an implementation-defined value". */
  let reconnectionTime = policy.initialDelay;
  /** Whether the server has set it. */
  let isServers = false;
  /** Whether a response was opened: what it was asked by may not be repeated. */
  let wasOpened = false;
  /** Whether anybody may learn from the stream itself how it ended. */
  let isWatched = false;
  /** Why the last attempt ended, unless it ended cleanly. */
  let lastError: ConnectionError | undefined;
  /**
   * Runs of `refresh` that had succeeded when the newest attempt began; undefined if that is the retry after
   * one.
   */
  let refreshesBefore: number | undefined;
  /**
   * Aborted when the state is over, but for an opening: an attempt lasts from `connecting` to the end of
   * `open`.
   */
  let controller = new AbortController();
  let resolveClosed: (outcome: Outcome) => void;
  const closed = new Promise<Outcome>((resolve) => {
    resolveClosed = resolve;
  });
  const { notify, trace, constructed } = createNotifier(config, () => attempt);
  const health = createHealth(clock, policy);
  const timer = createTimer(clock);
  const queue = createQueue<E>(
    config,
    () => close(),
    (dropped) => {
      trace('events-dropped', { dropped });
      notify(config.onLagged, { dropped });
    },
  );

  const enter = (next: StreamState) => {
    const before = controller;
    state = next;
    paused = isOurs = false;
    timer.stop(); // calls the user's clock
    if (next === 'open' || controller !== before) return before.signal;
    controller = new AbortController();
    const { signal } = controller;
    before.abort();
    return signal;
  };

  const connect = (isRetry = false) => {
    if (state === 'closed') return;
    const before = controller.signal;
    health.ended(0);
    if (before.aborted) return;
    attempt++;
    const signal = enter('connecting');
    if (signal.aborted) return;
    refreshesBefore = isRetry ? undefined : countRefreshes(config);
    const context = { attempt, lastEventId: queue.receivedId, previousError: lastError, signal };
    void runAttempt(host, context).then((end) => {
      if (!signal.aborted) void ended(end);
    });
  };

  const finish = (outcome: Outcome) => {
    if (state === 'closed') return;
    enter('closed');
    signal?.removeEventListener('abort', close);
    page.stop();
    const { reason, error, detail } = outcome;
    queue.end(reason === 'closed', reason === 'cut' ? undefined : error);
    resolveClosed(outcome);
    const why = error?.message ?? detail;
    if (error && !isWatched && !config.onClose) console.error(error);
    trace('closed', { reason, ...factsOf(error) }, why && `closed: ${reason}, ${why}`);
    notify(config.onClose, outcome);
  };
  const close = () => finish({ reason: 'closed' });

  /** An attempt is over: what comes next is the user's decision, or follows from the status. */
  const ended = async (end: AttemptEnd): Promise<void> => {
    let { error } = end;
    let decision: Decision;
    const wasOpen = state === 'open';
    let { signal } = controller;
    health.ended(1, end.isClean);
    if (signal.aborted) return;
    const status = error ? error.status : end.reason ? 204 : 200;
    // A function may give another method for the next.
    const mayRepeat = typeof config.method === 'function' || host.isRepeatable(config.method);
    // Not in the stream's own ends, `terminal`, `ended` and `cut`.
    const isOwn = end.reason && end.reason !== 'no-content';
    if (isOwn) return finish(end as Outcome);
    if (mayRepeat && (config.shouldReconnect || (config.refresh && status === 401))) {
      signal = enter('waiting');
      if (!signal.aborted) trace('deciding', { code: error?.code, status });
      if (signal.aborted) return;
      try {
        const context = { attempt, lastEventId: queue.receivedId, error, status };
        decision = await decide(config, context, refreshesBefore, timer, signal);
      } catch (failure) {
        error = failure as ConnectionError;
      }
      if (signal.aborted) return;
      if (decision === 'refreshed') return connect(true);
    }
    lastError = error;
    if (end.reason && !error && !decision) return finish(end as Outcome);
    const again = decision ?? (!error || isPassing(error));
    if (again && mayRepeat && config.reconnects) return wait(error, signal, end.isClean && !error);
    finish(error ? { reason: again && wasOpen ? 'cut' : 'failed', error } : { reason: 'ended' });
  };

  /** Waits for the next attempt, unless `maxAttempts` or `maxElapsed` is used up. */
  const wait = (error: ConnectionError | undefined, signal: AbortSignal, isClean = false) => {
    const retryAfter = error?.headers && readRetryAfter(error.headers, clock.now());
    const random = Number(callSafely(config.random ?? Math.random));
    const delay = isClean
      ? delayAfterEnd(policy, reconnectionTime, isServers, random)
      : reconnectionDelay(policy, health.failures, reconnectionTime, retryAfter, random);
    const why = error?.message ?? 'the response ended';
    let limit: 'maxElapsed' | 'maxAttempts' | undefined;
    if (clock.now() + delay - health.since > policy.maxElapsed) limit = 'maxElapsed';
    if (health.failures >= policy.maxAttempts) limit = 'maxAttempts';
    if (signal.aborted) return;
    if (limit) {
      const message = `Gave up, as reconnect.${limit} is ${policy[limit]}: ${why}`;
      return finish({
        reason: 'exhausted',
        error: new ConnectionError('EXHAUSTED', message, { ...error, cause: error }),
      });
    }
    // [spec] "Wait a delay equal to the reconnection time of the event source. ... Optionally, wait some
    // more."
    const waiting = enter('waiting');
    if (waiting.aborted) return;
    isOurs = retryAfter === undefined;
    timer.watch(delay, connect, (left) => (isOurs ? 0 : left));
    if (waiting.aborted) return;
    const asked = retryAfter === undefined ? '' : `, Retry-After ${seconds(retryAfter)}`;
    trace('waiting', { delay, ...factsOf(error), retryAfter }, `waiting ${seconds(delay)}: ${why}${asked}`);
    if (!waiting.aborted) notify(config.onReconnect, { attempt, delay, error });
  };

  const host: AttemptHost = {
    config,
    queue,
    timer,
    trace,
    ended,
    url: typeof config.url === 'function' ? '' : (resolveUrl(config.url)?.href ?? ''),
    method: '',
    openedWithId: undefined,
    isRepeatable: (method) => !wasOpened || config.repeatsUnsafe || isSafe(method),
    mayRepeat: () => config.reconnects && host.isRepeatable(host.method),
    opened({ status, headers }, withId) {
      wasOpened = true;
      host.openedWithId = withId;
      const signal = enter('open');
      const now = clock.now();
      if (signal.aborted) return;
      health.opened(now);
      trace('open', { status });
      if (!signal.aborted) notify(config.onOpen, { attempt, status, headers });
    },
    retry(ms) {
      // [spec] "interpret the field value as an integer in base ten, and set the event stream's reconnection
      // time to that integer"
      const time = clampServerDelay(ms, policy);
      isServers = true;
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
  const onVisibility = () => {
    if (page.isHidden() === paused) return;
    if (paused) return connect();
    // A stream that must not be requested again goes on.
    if (!host.isRepeatable(host.method)) return;
    const signal = enter('waiting');
    if (signal.aborted) return;
    paused = true;
    trace('paused', {});
  };
  const page = createPageEvents(config, onOnline, onVisibility, (pause) => timer.resume(pause));

  if (signal?.aborted) close();
  else {
    signal?.addEventListener('abort', close);
    page.start();
    if (page.isHidden()) onVisibility();
    else connect();
  }
  constructed();

  const controls: StreamControls = {
    get state() {
      return state;
    },
    get url() {
      return host.url;
    },
    get lastEventId() {
      return queue.lastEventId;
    },
    get reconnectionTime() {
      return reconnectionTime;
    },
    get closed() {
      isWatched = true;
      return closed;
    },
    reconnect() {
      wasOpened = false; // the user knows better
      connect();
    },
    close,
  };
  const read =
    <T>(iterate: () => T) =>
    () => {
      isWatched = true;
      return iterate();
    };
  return {
    controls,
    iterate: read(queue.iterate),
    batches: read(queue.batches),
    closed,
  };
}
