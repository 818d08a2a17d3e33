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
  /** The newest request's. */
  method: string;
  /** Whether the newest request that was opened had the last event ID as a header; undefined before. */
  openedWithId: boolean | undefined;
  /** Whether this method may be used, after what has been opened already. */
  isRepeatable(method: string): boolean;
  /** Whether another attempt may follow the newest. */
  mayRepeat(): boolean;
  opened(response: Response, withId: boolean): void;
  ended(end: AttemptEnd): void;
  retry(ms: number): void;
}
