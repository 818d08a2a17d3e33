import { type Chunk, EventStreamError, type EventStreamSource, parseEventStream } from '@eventwire/parser';
import { describe, expect, it } from 'vitest';

const utf8 = (text: string) => new TextEncoder().encode(text);

/** A stream of these chunks that records what is done to it. It is pulled only on demand. */
function scripted<T extends Chunk>(chunks: T[], options: { last?: 'close' | 'stall' | Error } = {}) {
  const { last = 'close' } = options;
  const log = { pulled: 0, cancelled: [] as unknown[] };
  const stream = new ReadableStream<T>(
    {
      pull(controller) {
        const chunk = chunks[log.pulled];
        if (chunk !== undefined) {
          log.pulled += 1;
          controller.enqueue(chunk);
        } else if (last === 'close') {
          controller.close();
        } else if (last instanceof Error) {
          controller.error(last);
        }
      },
      cancel(reason) {
        log.cancelled.push(reason);
      },
    },
    { highWaterMark: 0 },
  );
  return { stream, log };
}

/** All data, and the error in the end. */
async function dataOf(events: AsyncIterable<{ data: string }>): Promise<{ data: string[]; error?: unknown }> {
  const data: string[] = [];
  try {
    for await (const event of events) data.push(event.data);
  } catch (error) {
    return { data, error };
  }
  return { data };
}

async function* chunksOf(...chunks: Chunk[]) {
  yield* chunks;
}

describe('parseEventStream reads', () => {
  const stream = 'data: a\n\ndata: €\n\n';
  const blob = new Blob([stream]);
  it.each<[string, () => EventStreamSource]>([
    ['a string', () => stream],
    ['bytes', () => utf8(stream)],
    ['a Response', () => new Response(stream)],
    ['a stream of bytes', () => blob.stream()],
    ['a stream of text', () => scripted([stream]).stream],
    ['a stream of both', () => scripted<Chunk>([utf8('data: a\n'), '\ndata: €\n\n']).stream],
    ['an async iterable', () => chunksOf('data: a\n\n', utf8('data: €\n\n'))],
    ['something with a body', () => ({ body: blob.stream() }) as unknown as Response],
  ])('%s', async (_, source) => {
    expect(await dataOf(parseEventStream(source()))).toEqual({ data: ['a', '€'] });
  });

  it('a Response without a body, which has no events', async () => {
    expect(await dataOf(parseEventStream(new Response(null, { status: 204 })))).toEqual({ data: [] });
  });

  it('whole events, with what the options say', async () => {
    const calls: unknown[] = [];
    const events = parseEventStream('id: 2\nevent: e\ndata: a\n\n: c\nretry: 5\nx\nid: 3\ndata: b', {
      flush: true,
      lastEventId: '1',
      onComment: (text) => calls.push(text),
      onRetry: (ms) => calls.push(ms),
      onLastEventId: (id) => calls.push(id),
      onIgnored: ({ reason }) => calls.push(reason),
    });
    expect(await events.next()).toEqual({
      done: false,
      value: { type: 'e', data: 'a', lastEventId: '2', id: '2' },
    });
    expect(await dataOf(events)).toEqual({ data: ['b'] });
    expect(calls).toEqual(['2', 'c', 5, 'unknown-field', '3']);
  });

  it('no unfinished block without flush', async () => {
    expect(await dataOf(parseEventStream('data: a\n\ndata: b\n'))).toEqual({ data: ['a'] });
  });
});

describe('parseEventStream refuses, at the call', () => {
  const code = (action: () => unknown) => {
    try {
      action();
    } catch (error) {
      return (error as EventStreamError).code;
    }
    return undefined;
  };

  it('a body that was read', async () => {
    const response = new Response('data\n\n');
    await response.text();
    expect(code(() => parseEventStream(response))).toBe('SOURCE_USED');
  });

  it('a body of which a part was read', async () => {
    const response = new Response('data\n\n');
    const reader = response.body?.getReader();
    await reader?.read();
    reader?.releaseLock();
    expect(code(() => parseEventStream(response))).toBe('SOURCE_USED');
  });

  it('a stream that somebody reads', () => {
    const { stream } = scripted(['data\n\n']);
    stream.getReader();
    expect(code(() => parseEventStream(stream))).toBe('SOURCE_USED');
  });

  it.each([[undefined], [null], [1], [{}], [['data\n\n']], [{ body: undefined }], [new ArrayBuffer(1)]])(
    'the source %s',
    (source) => {
      expect(code(() => parseEventStream(source as unknown as string))).toBe('INVALID_SOURCE');
    },
  );

  it('invalid options, and leaves the source alone', () => {
    const { stream } = scripted(['data\n\n']);
    expect(code(() => parseEventStream(stream, { maxEventSize: 0 }))).toBe('INVALID_OPTION');
    expect(code(() => parseEventStream(stream, { flush: 'yes' as unknown as boolean }))).toBe(
      'INVALID_OPTION',
    );
    expect(code(() => parseEventStream(stream, { signal: {} as AbortSignal }))).toBe('INVALID_OPTION');
    expect(code(() => parseEventStream(stream, { onComment: 1 as unknown as () => void }))).toBe(
      'INVALID_OPTION',
    );
    expect(code(() => parseEventStream(stream, null as unknown as undefined))).toBe('INVALID_OPTION');
    expect(stream.locked).toBe(false);
  });
});

describe('next', () => {
  it('reads a chunk only when its events are wanted', async () => {
    const { stream, log } = scripted(['data: 1\n\ndata: 2\n\n', ': none\n', 'data: 3\n\n']);
    const events = parseEventStream(stream);
    expect(log.pulled).toBe(0);
    await events.next();
    await events.next();
    expect(log.pulled).toBe(1);
    await events.next();
    expect(log.pulled).toBe(3);
  });

  it('may be called many times at once, and answers in order', async () => {
    const { stream } = scripted(['data: 1\n\ndata: 2\n\n', '', 'data: 3\n\n']);
    const events = parseEventStream(stream);
    const results = await Promise.all(Array.from({ length: 5 }, () => events.next()));
    expect(results.map(({ value }) => value?.data)).toEqual(['1', '2', '3', undefined, undefined]);
    expect(results.map(({ done }) => done)).toEqual([false, false, false, true, true]);
    expect(stream.locked).toBe(false);
  });

  it('many times at once reads no chunk more than it takes', async () => {
    const { stream, log } = scripted(['data: 1\n\ndata: 2\n\ndata: 3\n\n', 'data: 4\n\n']);
    const events = parseEventStream(stream);
    await Promise.all([events.next(), events.next(), events.next()]);
    expect(log.pulled).toBe(1);
  });

  it('is done, and done again, after the end', async () => {
    const events = parseEventStream('');
    expect(await events.next()).toEqual({ done: true, value: undefined });
    expect(await events.next()).toEqual({ done: true, value: undefined });
  });
});

describe('batches', () => {
  it('are the events of a chunk, and never empty', async () => {
    const { stream } = scripted(['data: 1\n\ndata: 2\n\n', ': c\n\n', 'data: 3', '\n\ndata: 4\n\ndata: 5']);
    const batches: string[][] = [];
    for await (const batch of parseEventStream(stream, { flush: true }).batches()) {
      batches.push(batch.map(({ data }) => data));
    }
    expect(batches).toEqual([['1', '2'], ['3', '4'], ['5']]);
  });

  it('take what single events have left', async () => {
    const events = parseEventStream('data: 1\n\ndata: 2\n\ndata: 3\n\n');
    await events.next();
    const { value } = await events.batches().next();
    expect(value?.map(({ data }: { data: string }) => data)).toEqual(['2', '3']);
    expect(await events.next()).toEqual({ done: true, value: undefined });
  });

  it('have the events before a failure, then the failure', async () => {
    const batches = parseEventStream('data: 1\n\ndata: 23\n\n', { maxEventSize: 7 }).batches();
    expect((await batches.next()).value).toHaveLength(1);
    await expect(batches.next()).rejects.toMatchObject({ code: 'EVENT_TOO_LARGE' });
    expect((await batches.next()).done).toBe(true);
  });

  it('cancel the source when one leaves', async () => {
    const { stream, log } = scripted(['data: 1\n\n'], { last: 'stall' });
    for await (const _ of parseEventStream(stream).batches()) break;
    expect(log.cancelled).toEqual([undefined]);
  });
});

describe('leaving', () => {
  it('by break cancels the source and releases its lock', async () => {
    const { stream, log } = scripted(['data: 1\n\ndata: 2\n\n'], { last: 'stall' });
    const events = parseEventStream(stream);
    for await (const event of events) {
      expect(event.data).toBe('1');
      break;
    }
    expect(log.cancelled).toEqual([undefined]);
    expect(stream.locked).toBe(false);
    expect((await events.next()).done).toBe(true);
  });

  it('by an error in the loop cancels the source too', async () => {
    const { stream, log } = scripted(['data: 1\n\n'], { last: 'stall' });
    const loop = async () => {
      for await (const event of parseEventStream(stream)) throw new Error(event.data);
    };
    await expect(loop).rejects.toThrow('1');
    expect(log.cancelled).toHaveLength(1);
  });

  it('by throw cancels with the error as the reason', async () => {
    const { stream, log } = scripted(['data: 1\n\n'], { last: 'stall' });
    const error = new Error('enough');
    await expect(parseEventStream(stream).throw?.(error)).rejects.toBe(error);
    expect(log.cancelled).toEqual([error]);
  });

  it('ends those who wait, at once', async () => {
    const { stream } = scripted(['data: 1\n\n'], { last: 'stall' });
    const events = parseEventStream(stream);
    await events.next();
    const waiting = [events.next(), events.next()];
    await events.return?.();
    expect(await Promise.all(waiting)).toEqual([
      { done: true, value: undefined },
      { done: true, value: undefined },
    ]);
  });

  it('while a chunk is awaited drops that chunk', async () => {
    let arrive = (_: string) => {};
    const late = new Promise<string>((resolve) => {
      arrive = resolve;
    });
    const source = {
      [Symbol.asyncIterator]: () => ({ next: async () => ({ done: false, value: await late }) }),
    };
    const comments: string[] = [];
    const events = parseEventStream(source, { onComment: (text) => comments.push(text) });
    const waiting = events.next();
    await events.return?.();
    expect((await waiting).done).toBe(true);
    arrive(': c\ndata: 1\n\n');
    await late;
    await new Promise((resolve) => setTimeout(resolve));
    expect(comments).toEqual([]);
  });

  it('runs the finally of a generator', async () => {
    let left = false;
    async function* source() {
      try {
        yield 'data: 1\n\n';
        yield 'data: 2\n\n';
      } finally {
        left = true;
      }
    }
    for await (const _ of parseEventStream(source())) break;
    expect(left).toBe(true);
  });

  it('says that it is done', async () => {
    const iterator = parseEventStream('data: x\n\n');
    for (let n = 0; n < 2; n++) expect(await iterator.return?.()).toEqual({ done: true, value: undefined });
  });

  it('before the first event cancels, and after the end does nothing', async () => {
    const { stream, log } = scripted(['data: 1\n\n']);
    await parseEventStream(stream).return?.();
    expect(log).toEqual({ pulled: 0, cancelled: [undefined] });
    const { stream: ended, log: endedLog } = scripted(['data: 1\n\n']);
    const events = parseEventStream(ended);
    await dataOf(events);
    await events.return?.();
    expect(endedLog.cancelled).toEqual([]);
  });

  it('reports a source that cannot be cancelled', async () => {
    const stream = new ReadableStream<string>({
      cancel() {
        throw new Error('stuck');
      },
    });
    await expect(parseEventStream(stream).return?.()).rejects.toThrow('stuck');
  });

  it('from inside a handler is the end', async () => {
    const { stream, log } = scripted(['data: 1\n\n: c\ndata: 2\n\n'], { last: 'stall' });
    const events = parseEventStream(stream, { onComment: () => void events.return?.() });
    expect(await dataOf(events)).toEqual({ data: [] });
    expect(log.cancelled).toHaveLength(1);
    expect((await events.next()).done).toBe(true);
  });
});

describe('failures come after the events before them', () => {
  it('of the source', async () => {
    const error = new Error('cut');
    const { stream } = scripted(['data: 1\n\ndata: 2\n\n'], { last: error });
    expect(await dataOf(parseEventStream(stream))).toEqual({ data: ['1', '2'], error });
    expect(stream.locked).toBe(false);
  });

  it('of an async iterable', async () => {
    async function* source() {
      yield 'data: 1\n\n';
      throw new Error('cut');
    }
    expect(await dataOf(parseEventStream(source()))).toEqual({ data: ['1'], error: new Error('cut') });
  });

  it('of the parser, which cancels the source with them', async () => {
    const { stream, log } = scripted(['data: 1\n\ndata: 23\n\n', 'data: 4\n\n'], { last: 'stall' });
    const { data, error } = await dataOf(parseEventStream(stream, { maxEventSize: 7 }));
    expect(data).toEqual(['1']);
    expect(error).toMatchObject({ code: 'EVENT_TOO_LARGE' });
    expect(log).toEqual({ pulled: 1, cancelled: [error] });
    expect(stream.locked).toBe(false);
  });

  it('of a chunk that is neither text nor bytes', async () => {
    const { data, error } = await dataOf(parseEventStream(chunksOf('data: 1\n\n', 2 as unknown as string)));
    expect(data).toEqual(['1']);
    expect(error).toBeInstanceOf(EventStreamError);
    expect(error).toMatchObject({ code: 'INVALID_CHUNK' });
  });

  it('of a handler, after all events of its chunk', async () => {
    const { stream, log } = scripted(['data: 1\n\n: c\ndata: 2\n\n'], { last: 'stall' });
    const error = new Error('handler');
    const onComment = () => {
      throw error;
    };
    expect(await dataOf(parseEventStream(stream, { onComment }))).toEqual({ data: ['1', '2'], error });
    expect(log.cancelled).toEqual([error]);
  });

  it('of a handler at the end', async () => {
    const onComment = () => {
      throw new Error('handler');
    };
    const { data, error } = await dataOf(parseEventStream('data: 1\n: c', { onComment, flush: true }));
    expect(data).toEqual(['1']);
    expect(error).toEqual(new Error('handler'));
  });

  it('reach one of those who wait, and the others are done', async () => {
    const { stream } = scripted(['data: 1\n\n'], { last: new Error('cut') });
    const events = parseEventStream(stream);
    const results = await Promise.allSettled([events.next(), events.next(), events.next()]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });
});

describe('signal', () => {
  const reason = new Error('aborted');

  it('makes who waits fail at once, and cancels', async () => {
    const controller = new AbortController();
    const { stream, log } = scripted(['data: 1\n\n'], { last: 'stall' });
    const events = parseEventStream(stream, { signal: controller.signal });
    await events.next();
    const waiting = events.next();
    controller.abort(reason);
    await expect(waiting).rejects.toBe(reason);
    expect(log.cancelled).toEqual([reason]);
    expect(stream.locked).toBe(false);
    expect((await events.next()).done).toBe(true);
  });

  it('drops what is queued', async () => {
    const controller = new AbortController();
    const events = parseEventStream('data: 1\n\ndata: 2\n\n', { signal: controller.signal });
    await events.next();
    controller.abort(reason);
    await expect(events.next()).rejects.toBe(reason);
  });

  it('aborted beforehand cancels without reading', async () => {
    const { stream, log } = scripted(['data: 1\n\n']);
    const events = parseEventStream(stream, { signal: AbortSignal.abort(reason) });
    await expect(events.next()).rejects.toBe(reason);
    expect(log).toEqual({ pulled: 0, cancelled: [reason] });
  });

  it('is left alone after the end, a failure or leaving', async () => {
    const listeners = new Set<unknown>();
    const { signal } = new AbortController();
    const add = signal.addEventListener.bind(signal);
    signal.addEventListener = (type: string, listener: EventListener) => {
      listeners.add(listener);
      add(type, listener);
    };
    const remove = signal.removeEventListener.bind(signal);
    signal.removeEventListener = (type: string, listener: EventListener) => {
      listeners.delete(listener);
      remove(type, listener);
    };
    const left = parseEventStream('data: 1\n\n', { signal });
    expect(listeners.size).toBe(1);
    await left.return?.();
    await dataOf(parseEventStream('data: 1\n\n', { signal }));
    await dataOf(parseEventStream('data: 1\n\n', { signal, maxEventSize: 1 }));
    expect(listeners.size).toBe(0);
  });
});
