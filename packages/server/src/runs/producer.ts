import { type EventInput, refuseReservedType, ServerEventError } from '@eventwire/encoder';
import {
  checkOptions,
  codeOf,
  isFilled,
  type OptionRules,
  startTimer,
  type TimerHandle,
} from '@eventwire/options';
import { RunError } from '../errors';
import type { LogEnd, LoggedEvent } from '../log/event-log';
import { checkIterable } from '../stream/body';
import { forEachUntil } from '../stream/for-each-until';
import { endEvent } from '../wire/end-event';
import { readStored } from './read-run';
import type { Claim, RunLog, RunState } from './run-store';

/** Bytes that the store has not taken yet, beyond which a source is not asked for more. */
const WINDOW_BYTES = 65_536;
/** Ms between two attempts to write the end. */
const END_RETRY = 500;

interface WriteOptions {
  idempotencyKey?: string | undefined;
}
const WRITE_RULES = {
  idempotencyKey: isFilled,
} satisfies OptionRules<WriteOptions>;

/** A run, as its work sees it. */
export interface RunContext {
  /**
   * Aborted if the work is to end: somebody called `stop` (reason: RunError `STOPPED`), another producer has
   * the run (`FENCED`), `close()` was called (`RUNS_CLOSED`), or the store failed (its error). A reader that
   * leaves does not abort it.
   */
  readonly signal: AbortSignal;
  /** 1, and one more each time that the run was taken over after its producer was gone. */
  readonly attempt: number;
  /** The events that earlier attempts have stored. */
  previous(): AsyncIterable<LoggedEvent>;
  /**
   * Appends an event. Resolves with its id once it is stored. Rejects with RunError `FENCED` or `ENDED`, with
   * ServerEventError, or with the store's error. A rejection that nobody handles does not crash the process.
   */
  write(event: EventInput, options?: WriteOptions): Promise<string>;
}

/**
 * The body of a run: an iterable of its events, or a promise of a function that writes them. The run ends as
 * `done` once either is through, as `failed` if it throws, and as `stopped` after a stop.
 */
export type Work = (run: RunContext) => Iterable<EventInput> | AsyncIterable<EventInput> | Promise<void>;

export interface ProducerOptions {
  readonly lease: number;
  readonly report: (error: unknown) => void;
}

/** How a work was interrupted, and what is left to do then. */
type Interruption = 'stopped' | 'failed' | 'fenced' | 'closed';

/** One claim of a run, from the start of the work to its end. */
export class Producer {
  readonly #log: RunLog;
  readonly #claim: Claim;
  readonly #options: ProducerOptions;
  readonly #abort = new AbortController();
  #interruption: Interruption | undefined;
  /** Ends the wait for a function that does not end. */
  #letGo = () => {};
  #pendingBytes = 0;
  readonly #pending = new Set<Promise<unknown>>();
  #wake = () => {};
  #ending = false;
  #isThrough = false;
  /** The error of an event of an iterable, if one was not taken. */
  #refused: { readonly error: unknown } | undefined;
  /** When the store last said that the run is still ours. */
  #renewed = performance.now();
  #timer: TimerHandle | undefined;
  /** Settles with the run's state once this producer is through with it. Never rejects. */
  readonly done: Promise<RunState | undefined>;

  constructor(log: RunLog, claim: Claim, work: Work, options: ProducerOptions) {
    this.#log = log;
    this.#claim = claim;
    this.#options = options;
    this.done = this.#produce(work);
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Its members can be taken out of it. */
  get #context(): RunContext {
    return {
      signal: this.signal,
      attempt: this.#claim.attempt,
      previous: () => readStored(this.#log),
      write: (event, options) => this.#write(event, options),
    };
  }

  #write(event: EventInput, options?: WriteOptions): Promise<string> {
    const written = this.#append(event, options);
    this.#pending.add(written);
    const settled = () => this.#pending.delete(written);
    written.then(settled, settled);
    return written;
  }

  /** The process stops: the run is given up, and goes on wherever it is started next. */
  close(): void {
    this.#interrupt('closed', new RunError('RUNS_CLOSED', 'The runs were closed: stop'));
  }

  async #produce(work: Work): Promise<RunState | undefined> {
    const { stop } = this.#claim;
    const onStop = () => {
      const reason = typeof stop.reason === 'string' && stop.reason !== '' ? `: ${stop.reason}` : '';
      this.#interrupt('stopped', new RunError('STOPPED', `The run was asked to stop${reason}`));
    };
    if (stop.aborted) onStop();
    else stop.addEventListener('abort', onStop);
    this.#keepLease();
    try {
      const outcome = await this.#work(work);
      if (outcome === 'fenced') return undefined;
      if (outcome === 'closed') {
        await this.#claim.release().catch(this.#options.report);
        return undefined;
      }
      return await this.#seal(endOf(outcome, stop));
    } finally {
      this.#isThrough = true;
      clearTimeout(this.#timer);
      stop.removeEventListener('abort', onStop);
    }
  }

  async #work(work: Work): Promise<'done' | Interruption> {
    const { report } = this.#options;
    try {
      // In a turn of its own, so that `start` has resolved before the work's first event.
      await undefined;
      if (this.#interruption) return this.#interruption;
      const body = work(this.#context);
      if (isPromise(body)) await this.#patiently(body);
      else {
        checkIterable(body, 'The result of the work');
        await forEachUntil(body as Iterable<EventInput>, this.signal, report, (event) => this.#put(event));
      }
      this.#ending = true;
      await Promise.allSettled(this.#pending);
      if (this.#refused && this.#interruption === undefined) throw this.#refused.error;
      return this.#interruption ?? 'done';
    } catch (error) {
      this.#ending = true;
      if (this.#interruption === undefined || !isEcho(error, this.signal)) report(error);
      await Promise.allSettled(this.#pending);
      return this.#interruption ?? 'failed';
    }
  }

  /** A work that writes by itself may still write its last words after a stop, for as long as a lease. */
  async #patiently(body: PromiseLike<unknown>): Promise<void> {
    const letGo = new Promise<void>((resolve) => {
      this.#letGo = resolve;
    });
    const given = Promise.resolve(body);
    await Promise.race([given, letGo]);
    // An error after that is of an interrupted work, and concerns nobody.
    given.catch(() => {});
  }

  async #put(event: EventInput): Promise<void> {
    // An event that was refused at once ends the work before the next one.
    if (this.#refused) throw this.#refused.error;
    this.#write(event).catch((error: unknown) => {
      this.#refused ??= { error };
    });
    while (this.#pendingBytes >= WINDOW_BYTES && this.#interruption === undefined) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  async #append(event: EventInput, options: WriteOptions = {}): Promise<string> {
    checkOptions(options, WRITE_RULES);
    const { idempotencyKey } = options;
    if (this.#ending) throw new RunError('ENDED', 'The work has ended: stop writing');
    if (this.#interruption && this.#interruption !== 'stopped') throw this.signal.reason;
    refuseReservedType(event);
    const bytes = sizeOf(event);
    this.#pendingBytes += bytes;
    try {
      const { id } = await this.#log.append(event, { term: this.#claim.term, idempotencyKey });
      this.#renewed = performance.now();
      return id;
    } catch (error) {
      this.#failed(error);
      throw error;
    } finally {
      this.#pendingBytes -= bytes;
      this.#wake();
    }
  }

  /** An event that is refused is the work's own affair; everything else ends the work. */
  #failed(error: unknown): void {
    if (error instanceof ServerEventError || codeOf(error) === 'INVALID_OPTION') return;
    if (isLost(error)) this.#interrupt('fenced', error);
    else if (this.#interruption === undefined) {
      this.#options.report(error);
      this.#interrupt('failed', error);
    }
  }

  #interrupt(interruption: Interruption, reason: unknown): void {
    // A run that is lost, or given up, is so whatever happened before; else the first counts.
    const isFinal = interruption === 'fenced' || interruption === 'closed';
    if (this.#interruption === undefined || (isFinal && this.#interruption !== 'fenced')) {
      this.#interruption = interruption;
    }
    this.#abort.abort(reason);
    this.#wake();
    if (interruption === 'stopped') startTimer(() => this.#letGo(), this.#options.lease);
    else this.#letGo();
  }

  /** A third of the lease at a time, so that two renewals may be lost. */
  #keepLease(): void {
    const { lease, report } = this.#options;
    const every = Math.max(1, Math.floor(lease / 3));
    const renew = async () => {
      if (performance.now() - this.#renewed < every) return;
      try {
        await this.#claim.renew();
        this.#renewed = performance.now();
      } catch (error) {
        if (isLost(error)) this.#interrupt('fenced', error);
        else if (codeOf(error) === 'ENDED') this.#endedElsewhere();
        else report(error);
      }
    };
    const again = () => {
      void renew().then(() => {
        if (!this.#isThrough) this.#timer = startTimer(again, every);
      });
    };
    this.#timer = startTimer(again, every);
  }

  /** Another hand ended the run after its lease had run out. A work that does not write would not notice. */
  #endedElsewhere(): void {
    // Unless the end is this producer's own.
    if (this.#ending) return;
    this.#interrupt(
      'stopped',
      new RunError('STOPPED', 'The run was ended after its lease had run out: stop'),
    );
  }

  async #seal(end: LogEnd): Promise<RunState | undefined> {
    const deadline = performance.now() + this.#options.lease;
    const event = endEvent(end);
    for (;;) {
      try {
        const { id } = await this.#log.append(event, { term: this.#claim.term, end });
        return { status: 'ended', lastId: id, ...end };
      } catch (error) {
        // If only the store's reply was lost before, the end is there.
        if (isLost(error) || codeOf(error) === 'ENDED') return undefined;
        if (performance.now() > deadline) {
          this.#options.report(error);
          return undefined;
        }
      }
      await new Promise<void>((resolve) => startTimer(resolve, END_RETRY));
    }
  }
}

function endOf(outcome: 'done' | 'stopped' | 'failed', stop: AbortSignal): LogEnd {
  const isReason = outcome === 'stopped' && typeof stop.reason === 'string' && stop.reason !== '';
  return isReason ? { outcome, reason: stop.reason as string } : { outcome };
}

function isLost(error: unknown): boolean {
  const code = codeOf(error);
  return code === 'FENCED' || code === 'MISSING';
}

/** The error by which a work says that it heard its signal. */
function isEcho(error: unknown, signal: AbortSignal): boolean {
  return (
    error === signal.reason ||
    (error instanceof Error && error.name === 'AbortError') ||
    codeOf(error) === 'ENDED'
  );
}

function isPromise(body: unknown): body is PromiseLike<unknown> {
  return typeof body === 'object' && body !== null && 'then' in body && typeof body.then === 'function';
}

/** About how many bytes an event is on its way to the store. */
function sizeOf(event: EventInput): number {
  const data = typeof event === 'string' ? event : event?.data;
  if (typeof data === 'string') return data.length + 64;
  return Array.isArray(data) ? data.reduce((sum: number, piece) => sum + String(piece).length, 64) : 64;
}
