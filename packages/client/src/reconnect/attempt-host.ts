import type { Config } from '../config';
import type { EventQueue } from '../queue/event-queue';
import type { AttemptEnd } from '../response/status';
import type { Trace } from '../trace';
import type { Timer } from './timer';

/** The parts of a stream that its attempts use. */
export interface AttemptHost {
  readonly config: Config;
  readonly queue: EventQueue<unknown>;
  readonly timer: Timer;
  readonly trace: Trace;
  /** The newest request's, without the last event ID. */
  url: string;
  opened(response: Response): void;
  ended(end: AttemptEnd): void;
  retry(ms: number): void;
}
