import {
  createParser,
  EventStreamError,
  type EventStreamMessage,
  type EventStreamParser,
} from '@eventwire/parser';
import { Announcement } from './announcement';
import { ConnectionError } from './connection-error';
import { readEndReason, readGap, readLag } from './conventions';
import type { Ending } from './endings';
import type { ConnectOptions } from './options';
import { callSafely, report } from './user-code';

/** What the events of one response are handed to. */
export interface Sink {
  /** False once the attempt is over: user code may have ended it while a chunk is being parsed. */
  readonly live: boolean;
  /** A block with this last event ID has been received: the next attempt resumes after it. */
  received(lastEventId: string): void;
  push(event: EventStreamMessage): void;
  /** The last event ID changed after the newest event, by blocks that had none. */
  pushId(lastEventId: string): void;
  retry(ms: number): void;
}

type Callbacks = Pick<ConnectOptions, 'onComment' | 'onGap' | 'onLagged' | 'terminal' | 'maxEventSize'>;

/** The bytes of one response, parsed, with the conventions above the Standard acted on. */
export class StreamReader {
  readonly #announcement = new Announcement();
  readonly #parser: EventStreamParser;
  readonly #sink: Sink;
  readonly #callbacks: Callbacks;
  #ending: Ending | undefined;
  // Passed on at the end of a chunk only: before the block's event, the queue would take it for the id of the
  // event before that one.
  #newestId: string | undefined;

  constructor(sink: Sink, callbacks: Callbacks, lastEventId: string) {
    this.#sink = sink;
    this.#callbacks = callbacks;
    const { maxEventSize } = callbacks;
    this.#parser = createParser(
      {
        onEvent: (event) => this.#receive(event),
        onLastEventId: (id) => this.#receiveId(id),
        onRetry: (ms) => this.#going && sink.retry(ms),
        onComment: (text) => this.#going && callSafely(callbacks.onComment, text),
      },
      { lastEventId, ...(maxEventSize !== undefined && { maxEventSize }) },
    );
  }

  /** Ms, where the server announced one. */
  get heartbeat(): number | undefined {
    return this.#announcement.heartbeat;
  }

  /** How the stream ended, if this chunk ended it. */
  feed(chunk: Uint8Array): Ending | undefined {
    this.#announcement.feed(chunk);
    try {
      this.#parser.feed(chunk);
    } catch (cause) {
      if (!(cause instanceof EventStreamError)) throw cause;
      const error = new ConnectionError(
        'EVENT_TOO_LARGE',
        `${cause.message} The option maxEventSize sets the limit.`,
        {
          cause,
        },
      );
      this.#ending ??= { kind: 'error', error };
    }
    // After a close() in user code the id must stay that of the last event that was taken.
    if (this.#sink.live && this.#newestId !== undefined) this.#sink.pushId(this.#newestId);
    this.#newestId = undefined;
    return this.#ending;
  }

  /** Nothing that follows a closing event, or a `close()` in user code, is acted on. */
  get #going(): boolean {
    return this.#sink.live && this.#ending === undefined;
  }

  #receiveId(id: string): void {
    if (!this.#going) return;
    this.#newestId = id;
    this.#sink.received(id);
  }

  #receive(event: EventStreamMessage): void {
    if (!this.#going) return;
    if (this.#announcement.announced && this.#convention(event)) {
      this.#receiveId(event.lastEventId);
      return;
    }
    this.#sink.received(event.lastEventId);
    this.#sink.push(event);
    if (this.#isTerminal(event)) this.#ending = { kind: 'outcome', reason: 'terminal' };
  }

  #convention({ type, data }: EventStreamMessage): boolean {
    switch (type) {
      case 'eventwire:cursor':
        return true;
      case 'eventwire:gap':
        callSafely(this.#callbacks.onGap, readGap(data));
        return true;
      case 'eventwire:lagged':
        callSafely(this.#callbacks.onLagged, readLag(data));
        return true;
      case 'eventwire:end':
        this.#ending = { kind: 'outcome', reason: 'ended', detail: readEndReason(data) };
        return true;
      default:
        return false;
    }
  }

  #isTerminal(event: EventStreamMessage): boolean {
    try {
      return this.#callbacks.terminal?.(event) === true;
    } catch (error) {
      report(error);
      return false;
    }
  }
}
