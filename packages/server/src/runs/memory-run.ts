import type { EventInput } from '@eventwire/encoder';
import { randomTerm } from '@eventwire/options';
import { RunError } from '../errors';
import type { AppendOptions, LogEnd, LoggedEvent } from '../log/event-log';
import { MemoryLog } from '../log/memory-log';
import { endEvent } from '../wire/end-event';
import type { Claim, ClaimOptions, RunState } from './run-store';

interface Owner {
  /** Throws if the store has no room for so many bytes more. */
  admit(bytes: number): void;
  ended(run: MemoryRun): void;
}

/** One run in memory, from its first claim to its removal. */
export class MemoryRun {
  readonly log: MemoryLog;
  /** Of memory, about, that the store has been asked for. */
  bytes = 0;
  readonly #owner: Owner;
  /** Of the newest claim. */
  #term = 0;
  #attempt = 0;
  #stop = new AbortController();
  #lease = 0;
  #ttl = 0;
  /** In ms of `performance.now()`, as is all that follows. */
  #leaseUntil = 0;
  #expires = Number.POSITIVE_INFINITY;
  #stopping: string | undefined;
  #end: LogEnd | undefined;

  constructor(owner: Owner) {
    this.#owner = owner;
    const unbounded = Number.POSITIVE_INFINITY;
    this.log = new MemoryLog({
      maxEvents: unbounded,
      maxAge: unbounded,
      maxBytes: unbounded,
      idPrefix: '',
      // The end has to fit: it is what makes room.
      admit: (bytes, { end }) => {
        if (end) return;
        this.#owner.admit(bytes);
        this.bytes += bytes;
      },
    });
  }

  get expired(): boolean {
    return performance.now() >= this.#expires;
  }

  get #lapsed(): boolean {
    return performance.now() >= this.#leaseUntil;
  }

  /** A run without a producer ends if it was asked to, or if nobody has taken it over for a whole lease. */
  settle(): void {
    if (this.#end || this.#attempt === 0 || !this.#lapsed) return;
    const given = this.#leaseUntil;
    const due = given + this.#lease;
    if (this.#stopping !== undefined) this.#seal('stopped', this.#stopping, given);
    else if (performance.now() >= due) this.#seal('abandoned', '', due);
  }

  append(event: EventInput, options: AppendOptions): LoggedEvent {
    if (options.term !== undefined && options.term !== this.#term) throw fenced();
    const logged = this.log.append(event, options);
    this.#leaseUntil = performance.now() + this.#lease;
    if (options.end && !this.#end) {
      this.#end = options.end;
      this.#expires = performance.now() + this.#ttl;
      this.#owner.ended(this);
    }
    return logged;
  }

  state(): RunState {
    const lastId = this.log.lastId();
    if (this.#end) return { status: 'ended', lastId, ...this.#end };
    const running = { status: 'running', lastId } as const;
    return this.#stopping === undefined ? running : { ...running, stopping: this.#stopping };
  }

  claim({ lease, ttl }: ClaimOptions): Claim | undefined {
    if (this.#end || !this.#lapsed) return undefined;
    const term = this.#attempt === 0 ? randomTerm() : this.#term + 1;
    const attempt = ++this.#attempt;
    const stop = new AbortController();
    this.#term = term;
    this.#stop = stop;
    this.#lease = lease;
    this.#ttl = ttl;
    this.#leaseUntil = performance.now() + lease;
    return {
      term,
      attempt,
      resumed: attempt > 1,
      stop: stop.signal,
      renew: async () => {
        this.settle();
        if (term !== this.#term || this.expired) throw fenced();
        if (this.#end) throw new RunError('ENDED', 'The run has ended: stop');
        this.#leaseUntil = performance.now() + this.#lease;
      },
      release: async () => {
        if (term === this.#term) this.#leaseUntil = Math.min(this.#leaseUntil, performance.now());
      },
    };
  }

  requestStop(reason: string): boolean {
    if (this.#end) return false;
    this.#stopping ??= reason;
    if (this.#lapsed) this.#seal('stopped', this.#stopping, performance.now());
    else this.#stop.abort(this.#stopping);
    return true;
  }

  /** The run is gone: its producer hears so at its next step. */
  abandonClaim(): void {
    this.#term = Number.NaN;
  }

  /** @param at when it ended, which may be a while ago */
  #seal(outcome: LogEnd['outcome'], reason: string, at: number): void {
    const end = reason === '' ? { outcome } : { outcome, reason };
    this.append(endEvent(end), { end });
    this.#expires = at + this.#ttl;
  }
}

function fenced(): RunError {
  return new RunError('FENCED', 'The run has another producer, or is gone: stop');
}
