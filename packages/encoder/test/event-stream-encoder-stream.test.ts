import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AsyncServerEventInit, type EventInput, EventStreamEncoderStream } from '../src/index';

const unhandled: unknown[] = [];
const onUnhandled = (reason: unknown) => unhandled.push(reason);
beforeAll(() => void process.on('unhandledRejection', onUnhandled));
afterAll(() => void process.off('unhandledRejection', onUnhandled));

/** A turn of the event loop, in which every settled promise has had its say. */
const turn = () => new Promise((resolve) => setImmediate(resolve));

function open() {
  const stream = new EventStreamEncoderStream();
  const writer = stream.writable.getWriter();
  const reader = stream.readable.getReader();
  writer.closed.catch(() => {});
  writer.ready.catch(() => {});
  reader.closed.catch(() => {});
  const decoder = new TextDecoder();
  const read = async () => {
    const { value, done } = await reader.read();
    return done ? undefined : decoder.decode(value);
  };
  return { writer, reader, read };
}

/** Data that counts what is read of it, and waits at the end for ever where told so. */
function source(pieces: unknown[], { hang = false, error }: { hang?: boolean; error?: Error } = {}) {
  const seen = { read: 0, closed: 0 };
  const iterator: AsyncIterator<string> = {
    async next() {
      if (seen.read < pieces.length) return { done: false, value: pieces[seen.read++] as string };
      if (error) throw error;
      return hang ? new Promise(() => {}) : { done: true, value: undefined };
    },
    async return() {
      seen.closed++;
      return { done: true, value: undefined };
    },
  };
  return { seen, data: { [Symbol.asyncIterator]: () => iterator } };
}

const outcome = (promise: Promise<unknown>) =>
  promise.then(
    () => 'fulfilled' as unknown,
    (error: unknown) => error,
  );

describe('EventStreamEncoderStream', () => {
  it('pipes events to bytes', async () => {
    async function* later() {
      yield 'b';
      yield 'c\n';
    }
    const events = new ReadableStream<EventInput | AsyncServerEventInit>({
      start(controller) {
        controller.enqueue('a');
        controller.enqueue({ id: '1', data: later() });
        controller.enqueue({ comment: 'c' });
        controller.close();
      },
    });
    const text = await new Response(events.pipeThrough(new EventStreamEncoderStream())).text();
    expect(text).toBe('data: a\n\ndata: b\ndata: c\ndata: \nid: 1\n\n: c\n\n');
  });

  it('reads nothing before it is asked, then one piece for one demand', async () => {
    const { writer, read } = open();
    const { seen, data } = source(['a', 'b']);
    const written = writer.write({ id: '1', data });
    await turn();
    expect(seen.read).toBe(0);
    expect(await read()).toBe('data: a\n');
    await turn();
    expect(seen.read).toBe(1);
    expect(await read()).toBe('data: b\n');
    expect(await Promise.race([outcome(written), turn()])).toBeUndefined();
    expect(await read()).toBe('id: 1\n\n');
    await written;
  });

  it('makes the writer wait until its event has been read', async () => {
    const { writer, read } = open();
    expect(writer.desiredSize).toBe(1);
    const settled: string[] = [];
    const first = writer.write('a').then(() => settled.push('a'));
    const second = writer.write('b').then(() => settled.push('b'));
    expect(writer.desiredSize).toBe(-1);
    const ready = writer.ready.then(() => settled.push('ready'));
    await turn();
    expect(settled).toEqual([]);
    expect(await read()).toBe('data: a\n\n');
    await first;
    await turn();
    expect(settled).toEqual(['a']);
    expect(await read()).toBe('data: b\n\n');
    await Promise.all([second, ready]);
    expect(writer.desiredSize).toBe(1);
  });

  it('takes a demand that comes before the event, and ends after the last', async () => {
    const { writer, read } = open();
    const first = read();
    await turn();
    await writer.write('a');
    expect(await first).toBe('data: a\n\n');
    const end = read();
    await turn();
    await writer.close();
    expect(await end).toBeUndefined();
  });

  it('ends without a demand, and without an event', async () => {
    const { writer, reader } = open();
    await writer.close();
    await reader.closed;
  });

  it('fails on both sides at an event that is refused', async () => {
    const { writer, reader } = open();
    const waiting = outcome(reader.read());
    const error = await outcome(writer.write({ id: 'a\nb' }));
    expect(error).toMatchObject({ code: 'INVALID_ID' });
    expect(await waiting).toBe(error);
    expect(await outcome(writer.closed)).toBe(error);
    expect(await outcome(writer.write('b'))).toBe(error);
  });

  it('fails on both sides at a piece that is refused, and closes the source', async () => {
    const { writer, read } = open();
    const { seen, data } = source(['a', 5, 'c']);
    const written = outcome(writer.write({ data }));
    expect(await read()).toBe('data: a\n');
    const error = await outcome(read());
    expect(error).toMatchObject({ code: 'INVALID_DATA' });
    expect(await written).toBe(error);
    expect(await outcome(writer.closed)).toBe(error);
    expect(seen).toEqual({ read: 2, closed: 1 });
  });

  it('fails on both sides when a source fails', async () => {
    const { writer, read } = open();
    const error = new Error('source');
    const { data } = source(['a'], { error });
    const written = outcome(writer.write({ data }));
    expect(await read()).toBe('data: a\n');
    expect(await outcome(read())).toBe(error);
    expect(await written).toBe(error);
    expect(await outcome(writer.closed)).toBe(error);
  });

  it('fails upstream when the readable side is cancelled, and closes the source', async () => {
    const { writer, reader, read } = open();
    const reason = new Error('gone');
    const { seen, data } = source(['a'], { hang: true });
    const written = outcome(writer.write({ data }));
    const queued = outcome(writer.write('b'));
    expect(await read()).toBe('data: a\n');
    const hanging = reader.read();
    await turn();
    await reader.cancel(reason);
    expect(await hanging).toEqual({ done: true, value: undefined });
    expect(await written).toBe(reason);
    expect(await queued).toBe(reason);
    expect(await outcome(writer.closed)).toBe(reason);
    expect(seen.closed).toBe(1);
  });

  it('fails upstream when it is cancelled between events', async () => {
    const { writer, reader } = open();
    const reason = new Error('gone');
    await reader.cancel(reason);
    expect(await outcome(writer.write('a'))).toBe(reason);
  });

  it('fails downstream when the writable side is aborted, and closes the source', async () => {
    const { writer, reader, read } = open();
    const reason = new Error('stop');
    const { seen, data } = source(['a'], { hang: true });
    const written = outcome(writer.write({ data }));
    expect(await read()).toBe('data: a\n');
    const hanging = outcome(reader.read());
    await turn();
    await writer.abort(reason);
    expect(await hanging).toBe(reason);
    expect(await written).toBe(reason);
    expect(await outcome(reader.closed)).toBe(reason);
    expect(seen.closed).toBe(1);
  });

  it('fails downstream when it is aborted between events', async () => {
    const { writer, reader } = open();
    const reason = new Error('stop');
    await writer.abort(reason);
    expect(await outcome(reader.read())).toBe(reason);
  });

  it('passes on what closing the source throws to whoever closed it', async () => {
    const failure = new Error('closing');
    const data = () => ({
      [Symbol.asyncIterator]: () => ({
        next: async () => ({ done: false as const, value: 'a' }),
        return: async () => {
          throw failure;
        },
      }),
    });
    const cancelled = open();
    const first = outcome(cancelled.writer.write({ data: data() }));
    await cancelled.read();
    expect(await outcome(cancelled.reader.cancel('gone'))).toBe(failure);
    expect(await first).toBe('gone');
    const aborted = open();
    const second = outcome(aborted.writer.write({ data: data() }));
    await aborted.read();
    expect(await outcome(aborted.writer.abort('stop'))).toBe(failure);
    expect(await second).toBe('stop');
  });

  it('cancels the source of a pipe, and leaves no rejection unhandled', async () => {
    let cancelled: unknown;
    const events = new ReadableStream<EventInput>({
      pull(controller) {
        controller.enqueue('a');
      },
      cancel(reason) {
        cancelled = reason;
      },
    });
    const bytes = events.pipeThrough(new EventStreamEncoderStream());
    const reader = bytes.getReader();
    await reader.read();
    await reader.cancel('gone');
    await expect.poll(() => cancelled).toBe('gone');

    const refusing = new ReadableStream<EventInput>({
      start(controller) {
        controller.enqueue({ type: '\n' });
      },
    }).pipeThrough(new EventStreamEncoderStream());
    await expect(new Response(refusing).text()).rejects.toMatchObject({ code: 'INVALID_TYPE' });
    await turn();
    await turn();
    expect(unhandled).toEqual([]);
  });
});
