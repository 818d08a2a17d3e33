import type { EventInput, ServerEventInit } from '@eventwire/encoder';

/** An event as a log holds it. */
export interface LoggedEvent {
  /** Its place in the log, assigned by the log. */
  readonly id: string;
  /** The id that its frame carries instead, if its publisher chose one. */
  readonly wireId: string | undefined;
  /** The first of its topics. */
  readonly topic: string | undefined;
  /** All of them; empty for an event without topics. */
  readonly topics: readonly string[];
  /** Notes of its publisher for filters, which no client sees; empty by default. */
  readonly attributes: Readonly<Record<string, string>>;
  /** The fields as they were given. The id is beside them. */
  readonly event: ServerEventInit;
  /** The whole block, id included, in UTF-8: encoded once, shared by all who send it. */
  readonly frame: Uint8Array;
}

/** How an event is added. */
export interface AppendOptions {
  /** By which subscribers choose; default: none, and only those who choose nothing get it. */
  topic?: string | undefined;
  /** Several topics instead of one. A subscriber that chose more than one of them gets the event once. */
  topics?: readonly string[] | undefined;
  /** Notes for filters, kept by the log and never sent to a client; default: none. */
  attributes?: Readonly<Record<string, string>> | undefined;
  /**
   * The id that clients see, instead of the log's own: not empty, and nothing that an HTTP header could not
   * carry. It need not be unique. A client that comes back with it goes on behind the oldest event held that
   * has it. In the log, the event keeps the place that the log assigned.
   */
  wireId?: string | undefined;
  /**
   * A name of the publisher's for this event, not empty, under which the log knows it again: a publisher that
   * does not know whether it was added can add it again. A log knows a key for as long as it holds the event, or for
   * a time that it states. Whether it is the same event is not looked at.
   */
  idempotencyKey?: string | undefined;
  /**
   * The publisher's term. The log remembers the highest that it has seen, and refuses an event of a lower one
   * with the code `FENCED`: of two publishers that both take themselves for the only one, the older is shut
   * out.
   */
  term?: number | undefined;
  /**
   * This event is the log's last: it is added and the log is sealed in one step. The event is of the type
   * `eventwire:end`, which is refused without this option. Appends after it are refused with the code `ENDED`.
   */
  end?: LogEnd | undefined;
}

/** How a run came to its end: by itself, by request, by an error, or because its producer was gone. */
export type RunOutcome = 'done' | 'stopped' | 'failed' | 'abandoned';

/** The end of a log. */
export interface LogEnd {
  readonly outcome: RunOutcome;
  /** For people. */
  readonly reason?: string | undefined;
}

/** The events that follow a cursor, in order. */
export interface LogPage {
  readonly events: LoggedEvent[];
  /**
   * The cursor is not of this log, or an event after it has been removed; `events` then starts at the
   * oldest one held, but at none that is known to be before the cursor. The newest removed id itself is a
   * good cursor, since nothing after it is missing. A log that does not remember which id that was may call
   * it a gap: its client is then told of a gap that is none, and loads its state anew, but gets every
   * event.
   */
  readonly gap: boolean;
  /** The log has been sealed, and nothing will ever follow this page. */
  readonly end?: LogEnd | undefined;
}

/** How much a page holds, and where it begins after a cursor that the log does not know. */
export interface ReadOptions {
  /** Events, at most. */
  readonly limit: number;
  /**
   * Bytes of frames, at most: a page ends before the event that would take it above, but holds at least one
   * event if there is one. So a page with fewer than `limit` events need not be the last; an empty one is.
   */
  readonly maxBytes?: number | undefined;
  /**
   * After a cursor that is not of this log (another epoch, or no id at all) the page begins with the oldest
   * of the newest events that are no more bytes of frames than this together, instead of the oldest event.
   * `gap` is true all the same. A log may leave it at the oldest; forged ids then make a channel send all
   * that is held.
   */
  readonly maxReplayBytes?: number | undefined;
}

/**
 * An append-only, ordered list of events with a bound on what it keeps. It assigns every id. Ids carry an
 * epoch, so that an id from before the log lost its memory is a gap and not a wrong place. Any id, also the
 * one that `lastId` gives while the log is empty, is a cursor: it stands behind the event that has it.
 */
export interface EventLog {
  /**
   * Adds an event, and gives it as it is held. Under a key that is known it adds nothing, and gives the
   * event with the id that the first one got.
   *
   * Codes of errors: `FENCED` and `ENDED`, see {@link AppendOptions}.
   *
   * @throws ServerEventError `ID_NOT_ALLOWED` for an event that brings an id, and for a `wireId` that the
   *   log could mistake for a place of its own; `RESERVED_TYPE` for a type of Eventwire's own (the encoder's
   *   `refuseId` and `refuseReservedType`); and what the encoder refuses
   */
  append(event: EventInput, options?: AppendOptions | undefined): LoggedEvent | Promise<LoggedEvent>;
  /** The newest id. */
  lastId(): string | Promise<string>;
  /** Negative where `a` comes before `b`, 0 where they are the same. Both are ids of this log. */
  compare(a: string, b: string): number;
  /**
   * The first events after a cursor, which may be any text that a client sent. The empty text is the place
   * before the first event, and a gap only if something has been removed.
   */
  read(after: string, options: ReadOptions): Promise<LogPage>;
  /**
   * Gives what follows a cursor to `listener`, in order, as it comes, until `signal` is aborted; no call
   * follows that. Settles once it listens, and recovers by itself from then on: what it had to skip is a
   * batch with `gap`. The listener does not throw.
   */
  follow(after: string, listener: (batch: LogPage) => void, signal: AbortSignal): Promise<void>;
  /**
   * Whether reading costs no more than memory does. A channel on any other log keeps its newest events in
   * memory, some megabytes, for subscribers that come back.
   */
  readonly isLocal?: boolean | undefined;
  /**
   * A cursor that `id`, an id of this log, follows directly. Without it, a gap is reported with the id that
   * was asked for.
   */
  cursorBefore?(id: string): string;
  /**
   * The place of the oldest event held with this `wireId`, which may be any text that a client sent;
   * undefined if none has it. Without it, an id that a publisher chose is an unknown id: a gap.
   */
  locate?(wireId: string): string | undefined | Promise<string | undefined>;
}
