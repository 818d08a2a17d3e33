/**
 * A failure in a log or a store, or of SQLite.
 *
 * Codes: `FOREIGN_ID` (the id was not assigned by this log), `CLOSED` (the log or the store was disposed),
 * `UNAVAILABLE` (the database could not be opened, read or written; nothing is half written, and `cause` says
 * why), `UNEXPECTED_SCHEMA` (the file is no database, or was written by a newer version), `FENCED` (the event's
 * publisher has a lower term than another, or has lost its run), `ENDED` (the log or the run has ended) and
 * `MISSING` (there is no such run).
 */
export class SqliteLogError extends Error {
  readonly code:
    | 'FOREIGN_ID'
    | 'CLOSED'
    | 'UNAVAILABLE'
    | 'UNEXPECTED_SCHEMA'
    | 'FENCED'
    | 'ENDED'
    | 'MISSING';

  constructor(code: SqliteLogError['code'], message: string, options?: ErrorOptions | undefined) {
    super(message, options);
    this.name = 'SqliteLogError';
    this.code = code;
  }
}

const WAYS_OUT: readonly (readonly [symptom: RegExp, advice: string])[] = [
  [/full/i, 'make room on the disk'],
  [/locked|busy/i, 'another process holds it for longer than busy_timeout: find out which, or raise that'],
  [/readonly|read-only/i, 'give this process the right to write the file and its folder'],
  [
    /unable to open|cannot open|no such file/i,
    'check the path, and that its folder exists and can be written',
  ],
  [/malformed|corrupt/i, 'restore it from a backup, or remove it to begin anew'],
];

/** What SQLite said, with the file and the way out. */
export function unavailable(cause: unknown, name: string): SqliteLogError {
  if (cause instanceof SqliteLogError) return cause;
  const reason = cause instanceof Error ? cause.message : String(cause);
  if (/not a database|encrypted/i.test(reason)) {
    const message = `${name} is no SQLite database (${reason}): give the log a file of its own`;
    return new SqliteLogError('UNEXPECTED_SCHEMA', message, { cause });
  }
  const advice = WAYS_OUT.find(([symptom]) => symptom.test(reason))?.[1];
  const message = `${name} could not be used: ${reason}${advice === undefined ? '' : `. Way out: ${advice}`}`;
  return new SqliteLogError('UNAVAILABLE', message, { cause });
}
