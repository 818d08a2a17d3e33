import type { Claim, LogEnd, LogPage, RunLog, RunStore } from '@eventwire/server';
import type { TestApi } from '../event-log/test-api';

/** The stores of one test. */
interface RunTest {
  readonly store: RunStore;
  /** A store of another process. */
  readonly other: RunStore;
  /** Opens `store` again, where it can be. */
  readonly reopen: (() => Promise<RunStore>) | undefined;
}

export interface RunTools extends Pick<TestApi, 'describe' | 'expect'> {
  test(what: string, body: (given: RunTest) => Promise<void>): void;
  /** The code of the error that an action throws. */
  codeOf(action: () => unknown): Promise<unknown>;
  /** Waits until something holds. */
  until(condition: () => boolean | Promise<boolean>): Promise<void>;
  /** Seals a run. */
  end(log: RunLog, claim: Claim | undefined, end?: LogEnd): Promise<string>;
}

/** A lease and a time to live that no test outlasts. */
export const LONG = { lease: 600_000, ttl: 600_000 };

export const dataOf = ({ events }: LogPage) => events.map(({ event }) => event.data);
