import { type Chunk, EventStreamDecoderStream } from '@eventwire/parser';
import { describe, expect, it } from 'vitest';

async function dataOf(
  events: ReadableStream<{ data: string }>,
): Promise<{ data: string[]; error?: unknown }> {
  const data: string[] = [];
  const reader = events.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return { data };
      data.push(value.data);
    }
  } catch (error) {
    return { data, error };
  }
}

function streamOf<T extends Chunk>(...chunks: T[]): ReadableStream<T> {
  return new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.close();
    },
  });
}

const utf8 = (text: string) => new TextEncoder().encode(text);

describe('EventStreamDecoderStream', () => {
  it('turns text and bytes into events', async () => {
    const parser = new EventStreamDecoderStream();
    const chunks = streamOf<Chunk>('data: a\n', utf8('\ndata: b\n\nda'));
    expect(await dataOf(chunks.pipeThrough(parser))).toEqual({ data: ['a', 'b'] });
  });

  it('fits the body of a Response', async () => {
    const { body } = new Response('id: 1\nevent: e\ndata: a\n\n');
    const events = body?.pipeThrough(new EventStreamDecoderStream({ lastEventId: '0' })).getReader();
    expect(await events?.read()).toEqual({
      done: false,
      value: { type: 'e', data: 'a', lastEventId: '1', id: '1' },
    });
  });

  it('takes the options of parseEventStream', async () => {
    const comments: string[] = [];
    const parser = new EventStreamDecoderStream({ flush: true, onComment: (text) => comments.push(text) });
    expect(await dataOf(streamOf(': c\ndata: x').pipeThrough(parser))).toEqual({ data: ['x'] });
    expect(comments).toEqual(['c']);
    expect(() => new EventStreamDecoderStream({ maxEventSize: -1 })).toThrow('Invalid option `maxEventSize`');
  });

  it('holds the writer back while nobody reads', async () => {
    const parser = new EventStreamDecoderStream();
    const writer = parser.writable.getWriter();
    const written: number[] = [];
    const writes = [1, 2, 3].map((n) => writer.write(`data: ${n}\n\n`).then(() => written.push(n)));
    const reader = parser.readable.getReader();
    await reader.read();
    // Streams go on by microtasks: what has not happened a turn later will not happen by itself.
    await new Promise((resolve) => setImmediate(resolve));
    expect(written).toEqual([1]);
    expect(writer.desiredSize).toBeLessThanOrEqual(0);
    await reader.read();
    await reader.read();
    await Promise.all(writes);
    expect(written).toEqual([1, 2, 3]);
  });

  it('errors after the events before the error, and stops the source', async () => {
    let cancelled: unknown;
    const source = new ReadableStream<string>({
      pull: (controller) => controller.enqueue('data: 1\n\ndata: 2\n\ndata: 34\n\n'),
      cancel: (reason) => {
        cancelled = reason;
      },
    });
    const { data, error } = await dataOf(
      source.pipeThrough(new EventStreamDecoderStream({ maxEventSize: 7 })),
    );
    expect(data).toEqual(['1', '2']);
    expect(error).toMatchObject({ code: 'EVENT_TOO_LARGE' });
    await expect.poll(() => cancelled).toBe(error);
  });

  it('passes a failure of the source on', async () => {
    const failure = new Error('cut');
    let pulled = 0;
    const source = new ReadableStream<string>({
      pull(controller) {
        pulled += 1;
        if (pulled === 1) controller.enqueue('data: 1\n\ndata: 2\n\n');
        else controller.error(failure);
      },
    });
    expect(await dataOf(source.pipeThrough(new EventStreamDecoderStream()))).toMatchObject({
      error: failure,
    });
  });

  it('passes a cancel on to the source', async () => {
    let cancelled: unknown;
    const source = new ReadableStream<string>({
      pull: (controller) => controller.enqueue('data: 1\n\n'),
      cancel: (reason) => {
        cancelled = reason;
      },
    });
    const reader = source.pipeThrough(new EventStreamDecoderStream()).getReader();
    await reader.read();
    await reader.cancel('enough');
    await expect.poll(() => cancelled).toBe('enough');
  });
});
