import { encode } from '@eventwire/encoder';
import { createParser, type EventStreamMessage } from '@eventwire/parser';
import { eventStreamBytes, oracle, withChunks } from '@eventwire/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Change, relayStream } from './relay-stream';

const utf8 = new TextEncoder();
const unchanged: Change = (event) => event;

/** Everything that a reader is told, in the order in which it is told. */
function readAll(chunks: Iterable<Uint8Array>, lastEventId = 'before') {
  const calls: [string, EventStreamMessage | string | number][] = [];
  const parser = createParser(
    {
      onEvent: (event) => void calls.push(['event', event]),
      onComment: (text) => void calls.push(['comment', text]),
      onRetry: (ms) => void calls.push(['retry', ms]),
      onLastEventId: (id) => void calls.push(['id', id]),
    },
    { lastEventId },
  );
  for (const chunk of chunks) parser.feed(chunk);
  parser.end();
  return { calls, lastEventId: parser.lastEventId };
}

async function relayed(chunks: Iterable<Uint8Array>, change = unchanged): Promise<Uint8Array[]> {
  const relay = relayStream(change);
  const writer = relay.writable.getWriter();
  const written = (async () => {
    for (const chunk of chunks) await writer.write(chunk);
    await writer.close();
  })();
  const out: Uint8Array[] = [];
  const reader = relay.readable.getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) out.push(next.value);
  await written;
  return out;
}

const bytewise = (chunks: Uint8Array[]) =>
  chunks.flatMap((chunk) => [...chunk].map((byte) => Uint8Array.of(byte)));
const text = (chunks: Uint8Array[]) => Buffer.concat(chunks).toString();

describe('behind the relay', () => {
  it('a reader is told the same, in the same order, whatever the stream and its chunks', async () => {
    await fc.assert(
      fc.asyncProperty(withChunks(eventStreamBytes()), async ({ stream, chunks }) => {
        const before = readAll(chunks);
        const out = await relayed(chunks);
        expect(readAll(out)).toEqual(before);
        expect(readAll(bytewise(out))).toEqual(before);
        // And not by the word of our parser alone.
        const { events, comments, retries, ids, lastEventId } = oracle(stream);
        expect(oracle(new Uint8Array(Buffer.concat(out)))).toMatchObject({
          events,
          comments,
          retries,
          ids,
          lastEventId,
        });
      }),
      { numRuns: 500 },
    );
  });

  it('a second relay changes no byte', async () => {
    await fc.assert(
      fc.asyncProperty(withChunks(eventStreamBytes()), async ({ chunks }) => {
        const once = await relayed(chunks);
        expect(text(await relayed([Buffer.concat(once)]))).toBe(text(once));
      }),
      { numRuns: 200 },
    );
  });

  it('nothing but the chosen events is changed', async () => {
    const upper: Change = (event) =>
      event.type === 'a' ? { ...event, data: event.data.toUpperCase() } : event;
    await fc.assert(
      fc.asyncProperty(withChunks(eventStreamBytes()), async ({ chunks }) => {
        const { calls, lastEventId } = readAll(chunks);
        const expected = calls.map(([kind, value]) =>
          typeof value === 'object' && value.type === 'a'
            ? [kind, { ...value, data: value.data.toUpperCase() }]
            : [kind, value],
        );
        expect(readAll(await relayed(chunks, upper))).toEqual({ calls: expected, lastEventId });
      }),
      { numRuns: 200 },
    );
  });

  it('the id of an event that is left out still counts', async () => {
    await fc.assert(
      fc.asyncProperty(withChunks(eventStreamBytes()), async ({ chunks }) => {
        const { calls, lastEventId } = readAll(chunks);
        expect(readAll(await relayed(chunks, () => undefined))).toEqual({
          calls: calls.filter(([kind]) => kind !== 'event'),
          lastEventId,
        });
      }),
      { numRuns: 200 },
    );
  });

  it("an id is the origin's, whatever is sent instead of its event", async () => {
    const stream = 'id: 1\ndata: a\n\ndata: b\n\n';
    const expected = 'data: x\nid: 1\n\ndata: x\n\n';
    expect(text(await relayed([utf8.encode(stream)], () => ({ data: 'x' })))).toBe(expected);
    const forged = { data: 'x', id: '7' };
    expect(text(await relayed([utf8.encode(stream)], () => forged))).toBe(expected);
  });

  it('a field that takes effect at once comes at once, before the block that it stands in', async () => {
    const relay = relayStream(unchanged);
    const writer = relay.writable.getWriter();
    const reader = relay.readable.getReader();
    const next = async () => text([(await reader.read()).value ?? Uint8Array.of()]);
    const steps: [string, string][] = [
      [': heartbeat\n', ': heartbeat\n\n'],
      ['id: 1\ndata: a\n: in between\nretry: 5\n', ': in between\n\nretry: 5\n\n'],
      ['data: b\n\n', 'event: message\ndata: a\ndata: b\nid: 1\n\n'],
      ['id: 2\n\n', 'id: 2\n\n'],
    ];
    for (const [fed, expected] of steps) {
      const write = writer.write(utf8.encode(fed));
      expect(await next()).toBe(expected);
      await write;
    }
    const end = reader.read();
    await writer.write(utf8.encode('id: 3\ndata: unfinished\n'));
    await writer.close();
    expect(await end).toEqual({ done: true, value: undefined });
  });

  it('the conventions of eventwire come as they were, whatever is changed', async () => {
    const events = ['cursor', 'gap', 'lagged', 'end'].map((name) => ({
      type: `eventwire:${name}`,
      data: '{}',
      id: 'x',
    }));
    const stream = `: eventwire heartbeat=100\n\n${events.map(encode).join('')}`;
    expect(text(await relayed([utf8.encode(stream)], () => undefined))).toBe(stream);
  });

  it('a stream that cannot be written fails on both sides, after what came before', async () => {
    const relay = relayStream(() => ({ type: 'a\nb' }));
    const writer = relay.writable.getWriter();
    const reader = relay.readable.getReader();
    const closed = writer.closed.catch((error: unknown) => error);
    const first = reader.read();
    await writer.write(utf8.encode(': before\n'));
    expect(text([(await first).value ?? Uint8Array.of()])).toBe(': before\n\n');
    const second = reader.read().catch((error: unknown) => error);
    await writer.write(utf8.encode('data: x\n\n')).catch(() => {});
    expect(await second).toMatchObject({ code: 'INVALID_TYPE' });
    expect(await closed).toMatchObject({ code: 'INVALID_TYPE' });
  });
});
