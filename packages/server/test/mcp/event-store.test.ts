import { describe, expect, it } from 'vitest';
import { createMemoryLog, type EventLog } from '../../src/index';
import { createEventStore, type McpEventStore } from '../../src/mcp/index';

async function replay(store: McpEventStore, after: string) {
  const sent: { id: string; message: object }[] = [];
  const streamId = await store.replayEventsAfter(after, {
    send: async (id, message) => void sent.push({ id, message }),
  });
  return { streamId, sent, messages: sent.map(({ message }) => message) };
}

const open = (log: EventLog = createMemoryLog(), session = 'session 1') => createEventStore({ log, session });

describe('An event store', () => {
  it('replays the messages of a stream that follow an event, and of no other', async () => {
    const store = open();
    const opening = await store.storeEvent('a', {});
    await store.storeEvent('b', { n: 0 });
    const ids = [await store.storeEvent('a', { n: 1 }), await store.storeEvent('a', { n: 2 })];
    const { streamId, sent } = await replay(store, opening);
    expect(streamId).toBe('a');
    expect(sent).toEqual([
      { id: ids[0], message: { n: 1 } },
      { id: ids[1], message: { n: 2 } },
    ]);
    expect((await replay(store, ids[0] ?? '')).messages).toEqual([{ n: 2 }]);
    expect((await replay(store, ids[1] ?? '')).messages).toEqual([]);
  });

  it('replays no event that opens a stream: it is no message', async () => {
    const store = open();
    const opening = await store.storeEvent('_GET_stream', {});
    await store.storeEvent('_GET_stream', {});
    await store.storeEvent('_GET_stream', { n: 1 });
    expect((await replay(store, opening)).messages).toEqual([{ n: 1 }]);
  });

  it.each(['_GET_stream', 'a.b', 'é 漢字 😀', '%2E', 'a/b?c', '\r\n'])(
    'has ids that tell their stream, and that a header can carry: %j',
    async (streamId) => {
      const store = open();
      const id = await store.storeEvent(streamId, {});
      expect(id).toMatch(/^[!-~]+$/);
      expect(await store.getStreamIdForEventId(id)).toBe(streamId);
      await store.storeEvent(streamId, { n: 1 });
      expect(await replay(store, id)).toMatchObject({ streamId, messages: [{ n: 1 }] });
    },
  );

  it('keeps sessions apart that share a log, whatever id a client sends', async () => {
    const log = createMemoryLog();
    const [mine, theirs] = [open(log, 'mine'), open(log, 'theirs')];
    const id = await theirs.storeEvent('_GET_stream', {});
    await theirs.storeEvent('_GET_stream', { secret: 1 });
    await mine.storeEvent('_GET_stream', { n: 1 });
    expect((await replay(mine, id)).messages).toEqual([{ n: 1 }]);
  });

  it('replays more than one page', async () => {
    const store = open();
    const opening = await store.storeEvent('a', {});
    for (let n = 0; n < 1000; n++) await store.storeEvent(n % 2 ? 'a' : 'b', { n });
    const { messages } = await replay(store, opening);
    expect(messages).toEqual(Array.from({ length: 500 }, (_, n) => ({ n: 2 * n + 1 })));
  });

  it('refuses a replay that would leave something out', async () => {
    const store = open(createMemoryLog({ maxEvents: 2 }));
    const opening = await store.storeEvent('a', {});
    for (let n = 0; n < 5; n++) await store.storeEvent('a', { n });
    await expect(replay(store, opening)).rejects.toMatchObject({ code: 'GAP' });
    const foreign = await open().storeEvent('a', {});
    await expect(replay(store, foreign)).rejects.toMatchObject({ code: 'GAP' });
  });

  it.each(['', 'a', '%', '%E0%A4.1', 'a.', '.', 'é.1', '%61.1'])(
    'refuses an id that it has not given: %j',
    async (id) => {
      await expect(replay(open(), id)).rejects.toMatchObject({ code: 'UNKNOWN_ID' });
    },
  );

  it('tells no stream of an id that is none', async () => {
    expect(await open().getStreamIdForEventId('%')).toBeUndefined();
    expect(await open().getStreamIdForEventId('a')).toBeUndefined();
  });

  it('stores a message either in a replay under way or behind it, and never between', async () => {
    const store = open();
    const opening = await store.storeEvent('a', {});
    await store.storeEvent('a', { n: 0 });
    const order: string[] = [];
    const replaying = store
      .replayEventsAfter(opening, { send: async (_, message) => void order.push(JSON.stringify(message)) })
      // As the transport does: it registers the stream in a few microtasks more.
      .then(async () => {
        for (let turn = 0; turn < 20; turn++) await undefined;
        order.push('registered');
      });
    const storing = Array.from({ length: 20 }, async (_, n) => {
      for (let turn = 0; turn < n; turn++) await undefined;
      await store.storeEvent('a', { n: n + 1 });
      order.push('stored');
    });
    const other = store.storeEvent('b', {}).then(() => order.push('other'));
    await Promise.all([replaying, other, ...storing]);
    expect(order.indexOf('registered')).toBeLessThan(order.indexOf('stored'));
    expect(order.indexOf('other')).toBeLessThan(order.indexOf('registered'));
  });

  it.each<[string, object, string]>([
    ['no log', { session: 'a' }, 'log'],
    ['what is no log', { log: {}, session: 'a' }, 'log'],
    ['no session', { log: createMemoryLog() }, 'session'],
    ['an empty session', { log: createMemoryLog(), session: '' }, 'session'],
    ['an unknown option', { log: createMemoryLog(), session: 'a', sesion: 'b' }, 'sesion'],
  ])('refuses %s', (_, options, option) => {
    expect(() => createEventStore(options as never)).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION', option }),
    );
  });
});
