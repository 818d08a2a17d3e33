import { codeOf, startTimer } from '@eventwire/options';
import type { Producer } from './producer';
import type { RunLog, RunState } from './run-store';

interface Closing {
  isClosed(): boolean;
  readonly listeners: Set<() => void>;
}

interface StandBy {
  readonly log: RunLog;
  readonly begin: () => Promise<Producer | undefined>;
  readonly lease: number;
  readonly report: (error: unknown) => void;
  /** Whether this process stops, and who is told when it does. */
  readonly closing: Closing;
}

/**
 * Waits for the end of a run that another producer has, and takes the run over if that producer is gone. Gives
 * the run's last state, or the producer that has taken over.
 */
export async function standBy({ log, begin, lease, report, closing }: StandBy): Promise<RunState | Producer> {
  let last: RunState = { status: 'missing' };
  for (;;) {
    try {
      const state = await log.state();
      last = state;
      if (state.status !== 'running' || closing.isClosed()) return state;
      const producer = await begin();
      if (producer) return producer;
      await endOrTime(log, state.lastId, Math.ceil(lease / 4), closing);
    } catch (error) {
      if (closing.isClosed()) return last;
      // The run has gone between two looks, which the next one sees. A store that goes on contradicting itself
      // must not hold the event loop.
      const isGone = codeOf(error) === 'MISSING';
      if (!isGone) report(error);
      await endOrTime(undefined, '', isGone ? 1 : lease, closing);
    }
  }
}

/** Settles once the run has ended, or after so many ms. */
async function endOrTime(
  log: RunLog | undefined,
  after: string,
  ms: number,
  closing: Closing,
): Promise<void> {
  const abort = new AbortController();
  let wake = () => {};
  const woken = new Promise<void>((resolve) => {
    wake = resolve;
  });
  const timer = startTimer(wake, ms);
  closing.listeners.add(wake);
  try {
    const listener = ({ end, gap }: { end?: unknown; gap: boolean }) => {
      if (end !== undefined || gap) wake();
    };
    await log?.follow(after, listener, abort.signal);
    if (!closing.isClosed()) await woken;
  } finally {
    clearTimeout(timer);
    closing.listeners.delete(wake);
    abort.abort();
  }
}
