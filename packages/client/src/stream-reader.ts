import {
  createParser,
  EventStreamError,
  type EventStreamMessage,
  type EventStreamParser,
} from '@eventwire/parser';
import { Announcement } from './announcement';
import type { Config } from './config';
import { ConnectionError } from './connection-error';
import { readEndReason, readGap, readLag } from './conventions';
import { decodeEvent } from './decode-event';
import type { Ending } from './endings';
import type { Trace } from './trace';
import { callSafely } from './user-code';

/** What the events of one response are handed to. */
export interface Sink {
  push(event: unknown, lastEventId: string): void;
  /** The last event ID changed after the newest event, by blocks that had none. */
  pushId(lastEventId: string): void;
  retry(ms: number): void;
  /** Hands on what was pushed; how the stream ends, if that is too much. */
  flush(): Ending | undefined;
  readonly trace: Trace;
}

/** The bytes of one response, parsed, with the conventions above the Standard acted on. */
export class StreamReader {
  readonly #announcement = new Announcement();
  readonly #parser: EventStreamParser;
  readonly #sink: Sink;
  readonly #config: Config;
  readonly #isLive: () => boolean;
  // Events that are still to be decoded, and the comments after the first of them. Until events are pushed, they do not
  // count as received.
  #raw: (EventStreamMessage | string)[] = [];
  #ending: Ending | undefined;
  // Passed on at the end of a chunk only: before the block's event, the queue would take it for the id of the
  // event before that one.
  #newestId: string | undefined;

  /** @param isLive false once the attempt is over: user code may end it while a chunk is being parsed */
  constructor(sink: Sink, config: Config, lastEventId: string, isLive: () => boolean) {
    this.#sink = sink;
    this.#config = config;
    this.#isLive = isLive;
    const { maxEventSize, onComment } = config;
    this.#parser = createParser(
      {
        onEvent: (event) => this.#going && this.#receive(event),
        onLastEventId: (id) => {
          if (this.#going) this.#newestId = id;
        },
        onRetry: (ms) => this.#going && sink.retry(ms),
        ...(onComment && { onComment: (text) => this.#going && this.#comment(text) }),
      },
      { lastEventId, maxEventSize },
    );
  }

  /** Ms, where the server announced one. */
  get heartbeat(): number | undefined {
    return this.#announcement.heartbeat;
  }

  /** How the stream ended, if this chunk ended it. */
  async feed(chunk: Uint8Array): Promise<Ending | undefined> {
    this.#announcement.feed(chunk);
    try {
      this.#parser.feed(chunk);
    } catch (cause) {
      if (!(cause instanceof EventStreamError)) throw cause;
      const error = new ConnectionError(
        'EVENT_TOO_LARGE',
        `${cause.message} The option maxEventSize sets the limit.`,
        { cause },
      );
      this.#ending ??= { kind: 'error', error };
    }
    const raw = this.#raw.splice(0);
    const ending = this.#ending;
    const last = ending?.kind === 'outcome' && ending.reason === 'terminal' ? raw.at(-1) : undefined;
    for (const event of raw) {
      if (!this.#isLive()) break;
      if (typeof event === 'string') this.#tell(event);
      else if (!(await this.#decode(event, event === last))) break;
    }
    // After a close() in user code the id must stay that of the last event that was taken.
    if (this.#isLive() && this.#newestId !== undefined) this.#sink.pushId(this.#newestId);
    this.#newestId = undefined;
    return this.#ending;
  }

  /** Nothing that follows a closing event, or a `close()` in user code, is acted on. */
  get #going(): boolean {
    return this.#isLive() && this.#ending === undefined;
  }

  #receive(event: EventStreamMessage): void {
    const { decode, schema, terminal } = this.#config;
    if (this.#announcement.announced && this.#convention(event)) return;
    if (schema || (decode && decode !== 'text')) this.#raw.push(event);
    else this.#sink.push(event, event.lastEventId);
    if (callSafely(terminal, event) === true) this.#ending = { kind: 'outcome', reason: 'terminal' };
  }

  #comment(text: string): void {
    if (this.#raw.length > 0) this.#raw.push(text);
    else this.#tell(text);
  }

  /** The events before it go first. */
  #tell(comment: string): void {
    this.#sink.flush();
    if (this.#isLive()) callSafely(this.#config.onComment, comment);
  }

  /** False where the stream ends here, before this event. */
  async #decode(raw: EventStreamMessage, isTerminal: boolean): Promise<boolean> {
    const { onInvalid } = this.#config;
    let event: unknown;
    let error: ConnectionError | undefined;
    try {
      event = await decodeEvent(this.#config, raw);
    } catch (cause) {
      error = cause as ConnectionError;
    }
    if (!this.#isLive()) return false;
    if (event !== undefined) {
      this.#sink.push(event, raw.lastEventId);
      return true;
    }
    const { type, lastEventId } = raw;
    let skip = !error || isTerminal; // what a stream ends with, such as [DONE], is often not like the rest
    if (error && !skip)
      skip = (typeof onInvalid === 'function' ? callSafely(onInvalid, error, raw) : onInvalid) === 'skip';
    if (!skip && error) {
      this.#newestId = undefined;
      this.#ending = { kind: 'error', error };
      return false;
    }
    this.#sink.trace('event-skipped', { event: JSON.stringify(type), code: error?.code });
    if (this.#isLive()) this.#sink.pushId(lastEventId);
    return true;
  }

  #convention({ type, data, lastEventId }: EventStreamMessage): boolean {
    const { onGap, onLagged } = this.#config;
    if (type === 'eventwire:gap') callSafely(onGap, readGap(data));
    else if (type === 'eventwire:lagged') callSafely(onLagged, readLag(data));
    else if (type === 'eventwire:end')
      this.#ending = { kind: 'outcome', reason: 'ended', detail: readEndReason(data) };
    else if (type !== 'eventwire:cursor') return false;
    if (this.#isLive()) this.#newestId = lastEventId;
    return true;
  }
}
