import { type EventStreamMessage, isConnectionError } from '@eventwire/client';
import type { ReaderStyle } from './reader';

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** Whether the consumer dies at this event, as one in so many does. */
const dies = (random: () => number, oneIn = 40) => random() * oneIn < 1;

/** The ways to consume a stream, with all the ways to say where it resumes. */
export const styles: readonly ReaderStyle[] = [
  {
    name: 'for await, by header',
    read: async (reader) => {
      for await (const event of reader.follow()) reader.take(event);
    },
  },

  {
    name: 'batches, by query',
    read: async (reader) => {
      const stream = reader.follow({ lastEventIdParam: 'lastEventId' });
      for await (const events of stream.batches()) for (const event of events) reader.take(event);
    },
  },

  {
    name: 'slow callback, by POST',
    read: async (reader) => {
      const onEvent = async (event: EventStreamMessage) => {
        await turn();
        reader.take(event);
      };
      const body = ({ attempt }: { attempt: number }) => JSON.stringify({ attempt });
      await reader.follow({ method: 'POST', body, onEvent }).closed;
    },
  },

  {
    name: 'ack, crashing with an event in hand, and while it waits for one',
    counts: ['crashes', 'twice'],
    read: async (reader) => {
      while (!reader.over) {
        const stream = reader.follow({ ack: true });
        const iterator = stream[Symbol.asyncIterator]();
        while (stream.state !== 'closed') {
          const next = iterator.next(); // which acknowledges the event before
          if (dies(reader.random)) {
            reader.crash(stream, 0);
            break;
          }
          const { done, value } = await next;
          if (done) break;
          reader.take(value);
          if (dies(reader.random)) reader.crash(stream, 1);
        }
      }
    },
  },

  {
    name: 'ack of batches, crashing in the middle of one',
    counts: ['crashes', 'twice'],
    read: async (reader) => {
      while (!reader.over) {
        const stream = reader.follow({ ack: true });
        for await (const events of stream.batches()) {
          for (const [index, event] of events.entries()) {
            reader.take(event);
            // Rarely: with large batches it would hardly get anywhere.
            if (!dies(reader.random, 150)) continue;
            reader.crash(stream, index + 1);
            break;
          }
        }
      }
    },
  },

  {
    name: 'ack of a slow callback, crashing within it',
    counts: ['crashes', 'twice'],
    read: async (reader) => {
      while (!reader.over) {
        const onEvent = async (event: EventStreamMessage) => {
          await turn();
          reader.take(event);
          if (dies(reader.random)) reader.crash(stream, 1);
        };
        const stream = reader.follow({ ack: true, maxQueuedEvents: 20, onEvent });
        await stream.closed;
      }
    },
  },

  {
    name: 'a full queue pauses',
    read: async (reader) => {
      for await (const event of reader.follow({ maxQueuedEvents: 5 })) {
        reader.take(event);
        await turn();
      }
    },
  },

  {
    name: 'a full queue drops the oldest',
    counts: ['dropped'],
    read: async (reader) => {
      for await (const event of reader.follow({ maxQueuedEvents: 30, onQueueFull: 'drop-oldest' })) {
        reader.take(event);
        await turn();
      }
    },
  },

  {
    name: 'a full queue closes',
    counts: ['overflows'],
    read: async (reader) => {
      while (!reader.over) {
        const stream = reader.follow({ maxQueuedEvents: 15, onQueueFull: 'close' });
        try {
          for await (const event of stream) {
            reader.take(event);
            await turn();
          }
        } catch (error) {
          if (!isConnectionError(error) || error.code !== 'QUEUE_FULL') throw error;
          reader.overflow(stream);
        }
      }
    },
  },
];
