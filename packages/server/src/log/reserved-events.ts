import { refuseReservedType } from '@eventwire/encoder';
import { EventStreamUsageError } from '../errors';
import type { LoggedEvent } from './event-log';

/**
 * The last line of defence against events that look like Eventwire's own, which a log should have refused:
 * a forged `eventwire:end` would end every client for good.
 */
export class ReservedEvents {
  readonly #report: (error: unknown) => void;
  readonly #allowed: string | undefined;
  #told = false;

  /** @param allowed the one type that is let through: a run's log holds the run's end */
  constructor(report: (error: unknown) => void, allowed?: string | undefined) {
    this.#report = report;
    this.#allowed = allowed;
  }

  /** The same array if there are none. The first one ever is reported. */
  without(events: readonly LoggedEvent[]): readonly LoggedEvent[] {
    return events.some((event) => this.#isReserved(event))
      ? events.filter((event) => !this.#isReserved(event))
      : events;
  }

  #isReserved({ id, event }: LoggedEvent): boolean {
    if (this.#allowed !== undefined && event.type === this.#allowed) return false;
    try {
      refuseReservedType(event);
      return false;
    } catch (cause) {
      if (this.#told) return true;
      this.#told = true;
      const message = `The log holds an event of a type that is Eventwire's own (id ${JSON.stringify(id)}). It is passed over, as are others like it: find out who adds them, and have the log's append refuse them`;
      this.#report(new EventStreamUsageError('INCONSISTENT_LOG', message, { cause }));
      return true;
    }
  }
}
