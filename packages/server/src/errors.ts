/**
 * A write came too late. Neither the event nor the caller is at fault: the error says that a loop can stop.
 *
 * Codes: `STREAM_CLOSED` (the stream was ended or closed on this side), `CLIENT_GONE` (the client has left),
 * `CHANNEL_CLOSED` (the channel was closed). A stream's `signal` is aborted with this error as its reason.
 */
export class EventStreamClosedError extends Error {
  readonly code: 'STREAM_CLOSED' | 'CLIENT_GONE' | 'CHANNEL_CLOSED';

  constructor(code: EventStreamClosedError['code'], message: string) {
    super(message);
    this.name = 'EventStreamClosedError';
    this.code = code;
  }
}

/**
 * A mistake in the calling code, to be fixed there.
 *
 * Codes: `INVALID_SOURCE` (what sendEvents or `initial` was given is no source of events), `HEADERS_SENT`
 * (the response was begun by someone else), `EVENT_TOO_LARGE` (larger than the whole log may be),
 * `FOREIGN_ID` (the id was not assigned by this log), `INCONSISTENT_LOG` (a log broke its contract),
 * `ALREADY_SUBSCRIBED` (the stream is in a channel).
 */
export class EventStreamUsageError extends TypeError {
  readonly code:
    | 'INVALID_SOURCE'
    | 'HEADERS_SENT'
    | 'EVENT_TOO_LARGE'
    | 'FOREIGN_ID'
    | 'INCONSISTENT_LOG'
    | 'ALREADY_SUBSCRIBED';

  constructor(code: EventStreamUsageError['code'], message: string, options?: ErrorOptions | undefined) {
    super(message, options);
    this.name = 'EventStreamUsageError';
    this.code = code;
  }
}

/** @param advice how to do it in time */
export function headersSent(advice: string): EventStreamUsageError {
  return new EventStreamUsageError('HEADERS_SENT', `The head of the response has gone out: ${advice}`);
}

/**
 * A run cannot do what was asked.
 *
 * Codes: `FENCED` (another producer has taken the run over, or it was deleted: stop), `ENDED` (the run has
 * ended, and takes no more events), `MISSING` (there is no such run), `GAP` (the id to go on from is not of
 * this run), `STORE_FULL` (the store holds as much as it may, all of it of runs that have not ended),
 * `STOPPED` (somebody has asked the run to stop: the reason of its `signal`), `RUNS_CLOSED` (`close()` was
 * called on these runs), `INTERRUPTED` (the run is not whole: its work threw, or its process is gone and the
 * work cannot go on in the middle).
 */
export class RunError extends Error {
  readonly code:
    | 'FENCED'
    | 'ENDED'
    | 'MISSING'
    | 'GAP'
    | 'STORE_FULL'
    | 'STOPPED'
    | 'RUNS_CLOSED'
    | 'INTERRUPTED';

  constructor(code: RunError['code'], message: string, options?: ErrorOptions | undefined) {
    super(message, options);
    this.name = 'RunError';
    this.code = code;
  }
}

/** For a stream that another process had begun to make. */
export function producerGone(): RunError {
  return new RunError('INTERRUPTED', 'The process that made the stream is gone, and it cannot go on here');
}
