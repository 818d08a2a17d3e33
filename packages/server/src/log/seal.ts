import type { ServerEventInit } from '@eventwire/encoder';
import { RunError } from '../errors';
import { END_TYPE } from '../wire/end-event';
import type { AppendOptions, LogEnd } from './event-log';

/** Whether an event is the one of a reserved type that may be added: the end of the log. */
export function isEndOf({ type }: ServerEventInit, end: LogEnd | undefined): boolean {
  return end !== undefined && type === END_TYPE;
}

/** The publishers that may still add to a log in memory: those of the newest term, until the end. */
export class Seal {
  #term = 0;
  #end: LogEnd | undefined;

  get end(): LogEnd | undefined {
    return this.#end;
  }

  /** @throws RunError `FENCED` */
  refuseFenced({ term }: AppendOptions): void {
    if (term === undefined || term >= this.#term) return;
    throw new RunError(
      'FENCED',
      `The log has a publisher of term ${this.#term}, and this one has ${term}: stop`,
    );
  }

  /** @throws RunError `ENDED` */
  refuseEnded(): void {
    if (this.#end) throw new RunError('ENDED', 'The log was sealed by its end: add nothing more');
  }

  added({ term = 0, end }: AppendOptions): void {
    this.#term = Math.max(this.#term, term);
    if (end) this.#end = Object.freeze({ outcome: end.outcome, reason: end.reason });
  }
}
