import { checkOptions, hasMethods, invalidOption, is, type OptionRules } from '@eventwire/options';
import type { EventLog } from '../log/event-log';
import { nameId, splitId } from '../named-id';
import { McpReplayError } from './replay-error';
import { Replays } from './replays';

export interface McpEventStoreOptions {
  /** Where the messages are kept: a log in memory, SQLite or Redis, for one session or for many. */
  log: EventLog;
  /**
   * The session's id. Sessions may share a log, and each names its streams as the others do: this keeps them
   * apart. A client gets messages of this session only, whatever id it sends.
   */
  session: string;
}

/** The `EventStore` of `@modelcontextprotocol/sdk`, for the transport of 2025-11-25. */
export interface McpEventStore {
  /**
   * Keeps a message of a stream. Resolves with its id, which tells its stream. While the stream is being
   * replayed it resolves after that, so that the message is either in the replay or sent behind it.
   */
  storeEvent(streamId: string, message: object): Promise<string>;
  /** The stream of an event's id; undefined if it is no id of an event store. */
  getStreamIdForEventId(eventId: string): Promise<string | undefined>;
  /**
   * Gives `send` the messages of the event's stream that follow it, one after the other, up to the newest.
   * Resolves with the stream's id.
   *
   * @throws McpReplayError `UNKNOWN_ID`, `GAP`; the log's error
   */
  replayEventsAfter(
    lastEventId: string,
    options: { send(eventId: string, message: object): Promise<void> },
  ): Promise<string>;
}

const PAGE = { limit: 256, maxBytes: 256 * 1024 };
/** The event that opens a stream, so that its client has an id. It is no message. */
const PRIMING = '{}';

const RULES = {
  log: is('an EventLog, with the methods append and read', (value) => hasMethods(value, 'append', 'read')),
  session: is('a session id, not empty', (value) => typeof value === 'string' && value !== ''),
} satisfies OptionRules<McpEventStoreOptions>;

/**
 * Keeps the messages of one session of a Model Context Protocol server, so that a client whose connection was
 * cut gets the rest of its stream.
 *
 * @example
 * const session = randomUUID();
 * const transport = new StreamableHTTPServerTransport({
 *   sessionIdGenerator: () => session,
 *   eventStore: createEventStore({ log: createMemoryLog(), session }),
 * });
 *
 * @throws TypeError `INVALID_OPTION`
 */
export function createEventStore(options: McpEventStoreOptions): McpEventStore {
  checkOptions(options, RULES);
  const { log, session } = options;
  if (log === undefined) throw invalidOption('log', RULES.log.expected, { value: log });
  if (session === undefined) throw invalidOption('session', RULES.session.expected, { value: session });
  const topicOf = (streamId: string) => `${session}/${streamId}`;
  const replays = new Replays();

  async function replay(streamId: string, after: string, send: Send): Promise<string> {
    const topic = topicOf(streamId);
    for (let cursor = after; ; ) {
      const { events, gap } = await log.read(cursor, PAGE);
      if (gap)
        throw new McpReplayError('GAP', 'The log no longer holds all that follows the event: begin anew');
      for (const { id, event, topics } of events) {
        const data = String(event.data);
        if (topics.includes(topic) && data !== PRIMING) await send(nameId(streamId, id), JSON.parse(data));
      }
      const last = events.at(-1);
      if (!last) return streamId;
      cursor = last.id;
    }
  }

  return {
    async storeEvent(streamId, message) {
      const { id } = await log.append(JSON.stringify(message), { topic: topicOf(streamId) });
      await replays.over(streamId);
      return nameId(streamId, id);
    },
    getStreamIdForEventId: async (eventId) => splitId(eventId)?.name,
    async replayEventsAfter(lastEventId, { send }) {
      const place = splitId(lastEventId);
      // No id would be the place before the first event.
      if (!place?.id) throw new McpReplayError('UNKNOWN_ID', 'The id is of no event of this store');
      return replays.during(place.name, () => replay(place.name, place.id, send));
    },
  };
}

type Send = (eventId: string, message: object) => Promise<void>;
