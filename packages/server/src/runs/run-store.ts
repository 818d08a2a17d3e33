import type { EventLog, RunOutcome } from '../log/event-log';

/** All that is known of a run. */
export type RunState =
  /** It was never started, was deleted, or has expired. */
  | { readonly status: 'missing' }
  /** `stopping`: the reason with which somebody has asked it to stop; empty if none was given. */
  | { readonly status: 'running'; readonly lastId: string; readonly stopping?: string | undefined }
  | {
      readonly status: 'ended';
      /** The id of the last event, `eventwire:end`: a client that comes back with it misses nothing. */
      readonly lastId: string;
      readonly outcome: RunOutcome;
      readonly reason?: string | undefined;
    };

export interface ClaimOptions {
  /** Ms for which the claim holds without an append or a `renew()`. */
  readonly lease: number;
  /** Ms for which the run is kept after its end. */
  readonly ttl: number;
}

/**
 * The right to produce a run's events. Appends carry its `term`. Once the run has another claim, or was deleted,
 * they are refused with the code `FENCED`.
 */
export interface Claim {
  /** One higher than that of the claim before. That of the first claim is random, so that no life of a run has the terms of another. */
  readonly term: number;
  /** 1 for the first claim of a run, and one more for each that took over. */
  readonly attempt: number;
  /** Whether another producer had the run before. */
  readonly resumed: boolean;
  /** Aborted if somebody has asked the run to stop, in whichever process. Its reason is the reason given. */
  readonly stop: AbortSignal;
  /** Extends the lease. Rejects with `FENCED` if the run has another producer or is gone, else with `ENDED`. */
  renew(): Promise<void>;
  /** Gives the run up without an end: the next `claim` gets it at once. Never rejects for a lost claim. */
  release(): Promise<void>;
}

/**
 * The log of one run: a log with a beginning, one producer at a time, an end and an expiry. Nothing is
 * removed from it before it expires, so its readers meet no gap.
 *
 * A run whose lease has run out can be claimed. If nobody has claimed it after as long again, it has ended
 * as `abandoned`: the first call that looks at it writes that end.
 *
 * Every method but `state`, `claim`, `requestStop` and `delete` rejects with the code `MISSING` if there is
 * no such run; an append with a `term` then rejects with `FENCED`.
 */
export interface RunLog extends EventLog {
  state(): Promise<RunState>;
  /**
   * Begins the run, or takes it over after its lease has run out. Of any number of calls at once, in any
   * number of processes, one gets the claim. `undefined`: it runs elsewhere, or has ended.
   */
  claim(options: ClaimOptions): Promise<Claim | undefined>;
  /**
   * Asks the producer to stop; its claim's `stop` is aborted. A run whose lease has run out has no producer,
   * and ends as `stopped` at once. Resolves with whether the run was running.
   */
  requestStop(reason?: string | undefined): Promise<boolean>;
  /** Removes the run and all its events. Its producer is fenced off. */
  delete(): Promise<void>;
}

/**
 * Where runs are kept. `@eventwire/testing/run-store` has its contract as tests.
 */
export interface RunStore extends AsyncDisposable {
  /** The run's log, whether there is such a run or not. Does no I/O. */
  open(name: string): RunLog;
}
