import { clampServerDelay, reconnectionDelay } from './backoff';
import { ConnectionError } from './connection-error';
import { type Ending, isPassing } from './endings';
import type { OpenInfo } from './options';
import type { Outcome } from './outcome';
import type { Policy } from './policy';
import type { History, State, Step } from './state';
import type { Verdict } from './verdict';

/** What happens to a stream. What an attempt reports carries its number. */
export type Happening =
  | { readonly type: 'opened'; readonly info: OpenInfo; readonly now: number }
  | { readonly type: 'retry'; readonly attempt: number; readonly ms: number }
  | { readonly type: 'unsettled'; readonly attempt: number; readonly ending: Ending } // ended, and the user decides
  | {
      readonly type: 'ended';
      readonly attempt: number;
      readonly now: number;
      readonly random: number;
      readonly ending: Ending;
      readonly verdict?: Verdict;
    }
  | { readonly type: 'due'; readonly attempt: number }
  | { readonly type: 'awake' } // the network is back, or the machine has slept
  | { readonly type: 'hidden' } // the page, where that matters
  | { readonly type: 'shown' }
  | { readonly type: 'reconnect'; readonly now: number } // the user's
  | { readonly type: 'close'; readonly outcome: Outcome };

/** The first step of a stream. */
export function begin(policy: Policy, now: number): Step {
  return connect({
    attempt: 0,
    failures: 0,
    troubledSince: now,
    reconnectionTime: policy.initialDelay,
    lastError: undefined,
    refreshed: false,
  });
}

/** The only place where a stream's state changes. Pure: the same state is returned for what has no effect on it. */
export function transition(state: State, happening: Happening, policy: Policy): Step {
  const ignored: Step = { state, effects: [] };
  const { history, name } = state;
  const late = 'attempt' in happening && happening.attempt !== history.attempt;
  if (name === 'closed' || late) return ignored;
  const waitsFor = name === 'waiting' ? state.for : undefined;
  switch (happening.type) {
    case 'close':
      return close(history, happening.outcome);
    case 'reconnect':
      return connect(afterHealth(state, happening.now, policy) ?? history);
    case 'due':
      return waitsFor === 'due' ? connect(history) : ignored;
    case 'awake': {
      if (waitsFor !== 'due' || (state as { fixed?: boolean }).fixed) return ignored;
      const step = connect(history);
      return { ...step, effects: [{ type: 'awake' }, ...step.effects] };
    }
    case 'hidden':
      if (waitsFor === 'page') return ignored;
      return {
        state: { name: 'waiting', history, for: 'page' },
        effects: [{ type: 'release' }, { type: 'paused' }],
      };
    case 'shown':
      return waitsFor === 'page' ? connect(history) : ignored;
    case 'opened':
      if (name !== 'connecting' || happening.info.attempt !== history.attempt) return ignored;
      return {
        state: { name: 'open', history, openedAt: happening.now },
        effects: [{ type: 'opened', info: happening.info }],
      };
    case 'retry': {
      // [spec] "interpret the field value as an integer in base ten, and set the event stream's reconnection time
      // to that integer"
      const reconnectionTime = clampServerDelay(happening.ms, policy);
      if (name !== 'open' || reconnectionTime === history.reconnectionTime) return ignored;
      return {
        state: { ...state, history: { ...history, reconnectionTime } },
        effects: [{ type: 'reconnection-time', ms: reconnectionTime }],
      };
    }
    case 'unsettled': {
      if (name === 'waiting') return ignored;
      const openedAt = name === 'open' ? state.openedAt : undefined;
      return {
        state: { name: 'waiting', history, for: 'verdict', openedAt },
        effects: [
          { type: 'release' },
          { type: 'judge', ending: happening.ending, refreshed: history.refreshed },
        ],
      };
    }
    case 'ended':
      return name === 'waiting' && waitsFor !== 'verdict' ? ignored : ended(state, happening, policy);
  }
}

function connect(history: History, refreshed = false): Step {
  const next = { ...history, attempt: history.attempt + 1, refreshed };
  return {
    state: { name: 'connecting', history: next },
    effects: [
      { type: 'release' },
      { type: 'connect', attempt: next.attempt, previousError: history.lastError },
    ],
  };
}

function close(history: History, outcome: Outcome): Step {
  return {
    state: { name: 'closed', history, outcome },
    effects: [{ type: 'release' }, { type: 'finish', outcome }],
  };
}

const openedAtOf = (state: State) =>
  state.name === 'open' || state.name === 'waiting' ? state.openedAt : undefined;

/** The history after a connection that stayed open for `resetAfter`; undefined if it did not. */
function afterHealth(state: State, now: number, { resetAfter }: Policy): History | undefined {
  const openedAt = openedAtOf(state);
  if (openedAt === undefined || now - openedAt < resetAfter) return undefined;
  return { ...state.history, failures: 0, troubledSince: now };
}

function ended(
  state: State,
  { ending, now, random, verdict }: Happening & { type: 'ended' },
  policy: Policy,
): Step {
  const before = state.history;
  const error = ending.kind === 'error' ? ending.error : undefined;
  const history: History = {
    ...(afterHealth(state, now, policy) ?? { ...before, failures: before.failures + 1 }),
    lastError: error,
  };
  if (verdict === 'again') return connect(history, true);
  if (ending.kind === 'outcome' && verdict !== true) {
    const { reason, detail } = ending;
    return close(before, detail === undefined ? { reason } : { reason, detail });
  }
  const again = verdict ?? (error === undefined || isPassing(error));
  if (!again || !policy.enabled) {
    if (error === undefined) return close(before, { reason: 'ended' });
    return close(before, { reason: again && openedAtOf(state) !== undefined ? 'cut' : 'failed', error });
  }

  const retryAfter = ending.kind === 'error' ? ending.retryAfter : undefined;
  const delay = reconnectionDelay(policy, history.failures, history.reconnectionTime, retryAfter, random);
  const spent = exhausted(history, now + delay - history.troubledSince, policy);
  if (spent !== undefined) return close(history, { reason: 'exhausted', error: spent });
  // [spec] "Wait a delay equal to the reconnection time of the event source. ... Optionally, wait some more."
  return {
    state: { name: 'waiting', history, for: 'due', fixed: retryAfter !== undefined },
    effects: [{ type: 'release' }, { type: 'wait', attempt: history.attempt, delay, error, retryAfter }],
  };
}

function exhausted(
  { failures, lastError }: History,
  elapsed: number,
  policy: Policy,
): ConnectionError | undefined {
  const { maxAttempts, maxElapsed } = policy;
  let limit: string;
  if (failures >= maxAttempts) limit = `maxAttempts is ${maxAttempts}`;
  else if (elapsed > maxElapsed) limit = `maxElapsed is ${maxElapsed} ms`;
  else return undefined;
  const last = lastError?.message ?? 'the response ended';
  const { status, headers, body } = lastError ?? {};
  return new ConnectionError(
    'EXHAUSTED',
    `Gave up after ${failures} attempts in a row (reconnect.${limit}): ${last}`,
    {
      cause: lastError,
      status,
      headers,
      body,
    },
  );
}
