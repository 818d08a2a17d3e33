import { ServerEventError } from '@eventwire/encoder';
import { type EventStreamMessage, parseEventStream } from '@eventwire/parser';
import { createChannel, eventStreamHandler } from '@eventwire/server-node';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { attack } from '../support/attack';
import { type RunningServer, serve } from '../support/listen';

const channel = createChannel();
let server: RunningServer;
let start: string;
let live: AsyncIterableIterator<EventStreamMessage>;

beforeAll(async () => {
  server = await serve(eventStreamHandler((stream) => channel.subscribe(stream)));
  start = await channel.publish('the place to start behind');
  live = await subscribe(start);
});

afterAll(async () => {
  await live.return?.();
  await channel.close();
  await server[Symbol.asyncDispose]();
});

async function subscribe(lastEventId: string) {
  return parseEventStream(await fetch(server.url, { headers: { 'last-event-id': lastEventId } }));
}

async function read(events: AsyncIterator<EventStreamMessage>, count: number) {
  const all: EventStreamMessage[] = [];
  while (all.length < count) {
    const { done, value } = await events.next();
    if (done) break;
    all.push(value);
  }
  return all.map(({ type, data, lastEventId }) => ({ type, data, lastEventId }));
}

// Proves: whatever is published, a subscriber reads that event and no other, in its fields and no others, or the publisher is refused.
it.each(['data', 'type', 'comment'] as const)(
  'nothing published in %s forges an event or a field, neither live nor in a replay',
  async (field) => {
    await fc.assert(
      fc.asyncProperty(attack, async (text) => {
        const before = await channel.publish('before');
        const published = await channel.publish({ data: 'honest', [field]: text }).catch((error: unknown) => {
          expect(error).toBeInstanceOf(ServerEventError);
          return undefined;
        });
        const after = await channel.publish('after');
        const expected = [
          { type: 'message', data: 'before', lastEventId: before },
          ...(published === undefined
            ? []
            : [
                {
                  type: (field === 'type' && text.toWellFormed()) || 'message',
                  // Lone surrogates do not pass through UTF-8.
                  data: field === 'data' ? text.replace(/\r\n?/g, '\n').toWellFormed() : 'honest',
                  lastEventId: published,
                },
              ]),
          { type: 'message', data: 'after', lastEventId: after },
        ];
        expect(await read(live, expected.length)).toEqual(expected);
        const replayed = await subscribe(before);
        expect(await read(replayed, expected.length - 1)).toEqual(expected.slice(1));
        await replayed.return?.();
      }),
      { numRuns: 100 },
    );
  },
);

it('an id cannot be published at all', async () => {
  await fc.assert(
    fc.asyncProperty(attack, async (id) => {
      await expect(channel.publish({ data: 'honest', id })).rejects.toBeInstanceOf(ServerEventError);
    }),
  );
});
