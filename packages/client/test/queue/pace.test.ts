import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { type ConnectOptions, connect, type TraceRecord } from '../../src/index';
import { scriptedFetch, settle } from '../helpers/script';

const url = 'http://localhost/';
const blocks = (from: number, to: number) => {
  let text = '';
  for (let n = from; n <= to; n++) text += `id: ${n}\ndata: ${n}\n\n`;
  return text;
};

function follow(options: ConnectOptions) {
  const { fetch, call } = scriptedFetch();
  const lags: number[] = [];
  const traces: TraceRecord[] = [];
  const stream = connect(url, {
    fetch,
    onLagged: ({ dropped }) => lags.push(dropped),
    onTrace: (record) => traces.push(record),
    ...options,
  });
  call(0).open();
  return { stream, lags, traces, call: call(0) };
}

describe('ack', () => {
  it('with an iterator, counts an event when the next is asked for', async () => {
    const { stream, call } = follow({ ack: true, lastEventId: '0' });
    const iterator = stream[Symbol.asyncIterator]();
    call.send(blocks(1, 2));
    const ids = [];
    for (let i = 0; i < 2; i++) {
      await iterator.next();
      ids.push(stream.lastEventId);
    }
    expect(ids).toEqual(['0', '1']);
    const third = iterator.next();
    expect(stream.lastEventId).toBe('2');
    call.send(`${blocks(3, 3)}id: after\n\n`);
    await third;
    await settle();
    expect(stream.lastEventId).toBe('2');
    void iterator.next();
    expect(stream.lastEventId).toBe('after');
    stream.close();
  });

  it('with an iterator that leaves, does not count the event in hand', async () => {
    const { stream, call } = follow({ ack: true });
    call.send(blocks(1, 3));
    for await (const { data } of stream) if (data === '2') break;
    expect([stream.state, stream.lastEventId]).toEqual(['closed', '1']);
  });

  it('with batches, counts all of one', async () => {
    const { stream, call } = follow({ ack: true });
    const batches = stream.batches();
    call.send(blocks(1, 3));
    await batches.next();
    expect(stream.lastEventId).toBe('');
    void batches.next();
    expect(stream.lastEventId).toBe('3');
    stream.close();
  });

  it('with onEvent, counts an event when its promise has resolved; leaving counts nothing', async () => {
    const releases: (() => void)[] = [];
    const onEvent = () => new Promise<void>((resolve) => releases.push(resolve));
    const { stream, call } = follow({ ack: true, onEvent });
    call.send(blocks(1, 2));
    await settle();
    expect(stream.lastEventId).toBe('');
    releases[0]?.();
    await settle();
    expect(stream.lastEventId).toBe('1');
    stream.close();
    expect(stream.lastEventId).toBe('1');
  });

  it('the slowest counts', async () => {
    const { stream, call } = follow({ ack: true });
    const [fast, slow] = [stream[Symbol.asyncIterator](), stream[Symbol.asyncIterator]()];
    call.send(blocks(1, 2));
    await fast.next();
    await fast.next();
    await slow.next();
    void fast.next();
    expect(stream.lastEventId).toBe('');
    await slow.next();
    expect(stream.lastEventId).toBe('1');
    stream.close();
  });
});

describe('a full queue', () => {
  it('pauses reading, by default until all is taken, or while so many wait', async () => {
    for (const [maxQueuedEvents, reads] of [
      [undefined, 1],
      [1, 1],
      [5, 3],
    ] as const) {
      let pulled = 0;
      const pull = (controller: ReadableStreamDefaultController<Uint8Array>) => {
        pulled += 1;
        controller.enqueue(new TextEncoder().encode(blocks(1, 2)));
      };
      const body = new ReadableStream({ pull }, { highWaterMark: 0 });
      const headers = { 'content-type': 'text/event-stream' };
      const stream = connect(url, { fetch: async () => new Response(body, { headers }), maxQueuedEvents });
      const iterator = stream[Symbol.asyncIterator]();
      await iterator.next();
      await settle();
      expect(pulled).toBe(reads);
      stream.close();
    }
  });

  it('drops the oldest, and says how many', async () => {
    const { stream, call, lags, traces } = follow({ maxQueuedEvents: 3, onQueueFull: 'drop-oldest' });
    const [iterator, other] = [stream[Symbol.asyncIterator](), stream[Symbol.asyncIterator]()];
    call.send(blocks(1, 2));
    await settle();
    expect((await iterator.next()).value?.data).toBe('1');
    call.send(blocks(3, 6));
    await settle();
    expect([lags, stream.lastEventId]).toEqual([[3], '3']);
    expect(traces.at(-1)).toMatchObject({ type: 'events-dropped', dropped: 3 });
    const datas = [];
    for (let i = 0; i < 3; i++)
      datas.push((await iterator.next()).value?.data, (await other.next()).value?.data);
    expect(datas).toEqual(['4', '4', '5', '5', '6', '6']);
    expect(stream.lastEventId).toBe('6');
    stream.close();
  });

  it('holds no more than it may, whatever comes, while a callback is busy', async () => {
    let release = () => {};
    const seen: string[] = [];
    const { stream, call, lags } = follow({
      ack: true,
      onQueueFull: 'drop-oldest',
      onEvent: ({ data }) => {
        seen.push(data);
        return data !== '1' ? undefined : new Promise<void>((resolve) => (release = resolve));
      },
    });
    for (let i = 0; i < 50; i++) {
      call.send(blocks(100 * i + 1, 100 * i + 100));
      await settle();
    }
    expect(stream.lastEventId).toBe('');
    release();
    await settle();
    expect([seen.length, seen[1], seen.at(-1)]).toEqual([1001, '4001', '5000']);
    expect([lags.reduce((a, b) => a + b), stream.lastEventId]).toEqual([3999, '5000']);
    stream.close();
  });

  it.each<[string, ConnectOptions, boolean]>([
    ['a consumer that never catches up', { maxQueuedEvents: 10 }, true],
    ['one that takes nothing at all', { maxQueuedEvents: 10, onQueueFull: 'drop-oldest' }, false],
  ])('lets go of what is over, for %s', async (_, options, takes) => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const held: WeakRef<object>[] = [];
    const decode = (data: string) => {
      const decoded = { data };
      held.push(new WeakRef(decoded));
      return decoded;
    };
    const { stream, call } = follow({ decode, ...options } as ConnectOptions);
    const iterator = stream[Symbol.asyncIterator]();
    void iterator.next();
    for (let i = 0; i < 500; i += 2) {
      call.send(blocks(i, i + 1));
      await settle();
      if (takes && i > 4) for (let n = 0; n < 2; n++) await iterator.next();
    }
    await settle();
    collect();
    expect(held.length).toBeGreaterThan(400);
    expect(held.filter((ref) => ref.deref()).length).toBeLessThan(100);
    stream.close();
  });

  it('closes the stream, after what waits', async () => {
    const { stream, call } = follow({ maxQueuedEvents: 2, onQueueFull: 'close' });
    const iterator = stream[Symbol.asyncIterator]();
    call.send(blocks(1, 2));
    await settle();
    expect(stream.state).toBe('open');
    call.send(blocks(3, 3));
    expect(await stream.closed).toMatchObject({ reason: 'failed', error: { code: 'QUEUE_FULL' } });
    for (const data of ['1', '2', '3']) expect((await iterator.next()).value?.data).toBe(data);
    await expect(iterator.next()).rejects.toMatchObject({ code: 'QUEUE_FULL' });
    expect(call.live).toBe(false);
  });
});
