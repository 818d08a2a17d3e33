import { describe, expect, it } from 'vitest';
import { connect } from '../../src/index';
import { scriptedFetch, settle } from '../helpers/script';
import { open, serve, until } from '../helpers/server';

const url = 'http://localhost/';
const three = 'data: 1\n\ndata: 2\n\ndata: 3\n\n';
const datas = (events: { data: string }[]) => events.map((event) => event.data);

describe('consumption', () => {
  it('fetches at the call, and reads nothing before somebody asks', async () => {
    const { fetch, calls, call } = scriptedFetch();
    const stream = connect(url, { fetch });
    expect(calls).toHaveLength(1);
    expect(stream.state).toBe('connecting');
    let pulled = 0;
    const body = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          pulled += 1;
          controller.enqueue(new TextEncoder().encode(three));
        },
      },
      { highWaterMark: 0 },
    );
    call(0).resolve(new Response(body, { headers: { 'content-type': 'text/event-stream' } }));
    await settle();
    expect([stream.state, pulled]).toEqual(['open', 0]);
    const iterator = stream[Symbol.asyncIterator]();
    await settle();
    expect(pulled).toBe(0);
    for (const [n, reads] of [
      [1, 1],
      [2, 1],
      [3, 1],
      [1, 2],
    ]) {
      expect((await iterator.next()).value?.data).toBe(String(n));
      await settle();
      expect(pulled).toBe(reads);
    }
    stream.close();
  });

  it('a paused consumer stops the socket', { timeout: 30_000 }, async () => {
    let written = 0;
    const server = await serve((_req, res) => {
      open(res);
      const block = `data: ${'x'.repeat(10_000)}\n\n`;
      const more = () => {
        while (!res.destroyed && res.write(block)) written += block.length;
        res.once('drain', more);
      };
      more();
    });
    const stream = connect(server.url);
    const iterator = stream[Symbol.asyncIterator]();
    await iterator.next();
    // Kernel buffers fill, then the server stops: nothing moves for many turns of the loop that both of them run in.
    const most = 20_000_000;
    let last = -1;
    for (let still = 0; still < 500 && written < most; still++) {
      if (written !== last) still = 0;
      last = written;
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(written).toBeLessThan(most);
    for (let i = 0; i < most / 10_000; i++) await iterator.next();
    await until(() => written > last, 'the server to go on');
    stream.close();
  });

  it('every iterator gets every event from its creation on', async () => {
    const { fetch, call } = scriptedFetch();
    const stream = connect(url, { fetch });
    const first = stream[Symbol.asyncIterator]();
    call(0).open().send(three);
    expect((await first.next()).value?.data).toBe('1');
    const second = stream[Symbol.asyncIterator]();
    const batches = stream.batches();
    expect((await first.next()).value?.data).toBe('2');
    expect((await first.next()).value?.data).toBe('3');
    call(0).send('data: 4\n\ndata: 5\n\n');
    expect((await second.next()).value?.data).toBe('4');
    expect(datas((await batches.next()).value ?? [])).toEqual(['4', '5']);
    expect((await first.next()).value?.data).toBe('4');
    stream.close();
  });

  it('the slowest iterator sets the pace, until it leaves', async () => {
    const { fetch, call } = scriptedFetch();
    const stream = connect(url, { fetch });
    const fast = stream[Symbol.asyncIterator]();
    const slow = stream[Symbol.asyncIterator]();
    call(0).open().send('id: 1\ndata: 1\n\n');
    await fast.next();
    call(0).send('id: 2\ndata: 2\n\n');
    let second: string | undefined;
    const pending = fast.next().then(({ value }) => {
      second = value?.data;
    });
    await settle();
    expect([second, stream.lastEventId]).toEqual([undefined, '']);
    await slow.return?.();
    await pending;
    expect([second, stream.lastEventId, stream.state]).toEqual(['2', '2', 'open']);
    await fast.return?.();
    expect(stream.state).toBe('closed');
  });

  it('answers concurrent next() calls in order', async () => {
    const { fetch, call } = scriptedFetch();
    const stream = connect(url, { fetch, reconnect: false });
    const iterator = stream[Symbol.asyncIterator]();
    const results = Promise.all([1, 2, 3, 4, 5].map(() => iterator.next()));
    call(0).open().send(three).end();
    expect((await results).map(({ value }) => value?.data)).toEqual(['1', '2', '3', undefined, undefined]);
    expect(await iterator.next()).toEqual({ done: true, value: undefined });
  });

  it('delivers what came before a failure, then throws once in each iterator', async () => {
    const { fetch, call } = scriptedFetch();
    const stream = connect(url, { fetch, maxEventSize: 100 });
    const iterators = [stream[Symbol.asyncIterator](), stream[Symbol.asyncIterator]()];
    call(0)
      .open()
      .send(`id: 1\ndata: 1\n\ndata: ${'x'.repeat(200)}\n\n`);
    for (const iterator of iterators) {
      expect((await iterator.next()).value?.data).toBe('1');
      await expect(iterator.next()).rejects.toMatchObject({ code: 'EVENT_TOO_LARGE' });
      expect(await iterator.next()).toEqual({ done: true, value: undefined });
    }
    expect(await stream.closed).toMatchObject({ reason: 'failed', error: { code: 'EVENT_TOO_LARGE' } });
    expect(call(0).live).toBe(false);
    await expect(stream[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: 'EVENT_TOO_LARGE' });
  });

  it('keeps the id of what was taken when an iterator leaves after the end', async () => {
    const { fetch, call } = scriptedFetch();
    const stream = connect(url, { fetch, terminal: (event) => event.data === '[DONE]' });
    const iterator = stream[Symbol.asyncIterator]();
    call(0).open().send('id: 1\ndata: 1\n\nid: 2\ndata: 2\n\ndata: [DONE]\n\ndata: never\n\n');
    await iterator.next();
    expect(await stream.closed).toEqual({ reason: 'terminal' });
    await iterator.return?.();
    expect(stream.lastEventId).toBe('1');
  });

  it('awaits onEvent, one event after the other, and reads on only then', async () => {
    const { fetch, call } = scriptedFetch();
    const log: string[] = [];
    const releases: (() => void)[] = [];
    const stream = connect(url, {
      fetch,
      onEvent: async ({ data }) => {
        log.push(`in ${data} ${stream.lastEventId}`);
        await new Promise<void>((resolve) => releases.push(resolve));
        log.push(`out ${data}`);
      },
      terminal: ({ data }) => data === '2',
    });
    call(0).open().send('id: a\ndata: 1\n\nid: b\ndata: 2\n\n');
    await settle();
    expect([log, stream.state]).toEqual([['in 1 a'], 'open']);
    releases[0]?.();
    await settle();
    expect([log, stream.state]).toEqual([['in 1 a', 'out 1', 'in 2 b'], 'open']);
    releases[1]?.();
    // The outcome comes after the last event has been handled.
    expect(await stream.closed).toEqual({ reason: 'terminal' });
    expect(log.at(-1)).toBe('out 2');
  });

  it('with onEvent, leaving an iterator does not close', async () => {
    const { fetch, call } = scriptedFetch();
    const seen: string[] = [];
    const stream = connect(url, { fetch, onEvent: ({ data }) => seen.push(data) });
    call(0).open().send(three);
    for await (const event of stream) if (event.data === '2') break;
    call(0).send('data: 4\n\n');
    await settle();
    expect([seen, stream.state]).toEqual([['1', '2', '3', '4'], 'open']);
    stream.close();
  });

  it('asks for nothing twice that is still waiting to be taken', async () => {
    const { fetch, call, calls } = scriptedFetch();
    const stream = connect(url, { fetch });
    const iterator = stream[Symbol.asyncIterator]();
    call(0).open().send('id: 1\ndata: 1\n\nid: 2\ndata: 2\n\n');
    await iterator.next();
    stream.reconnect();
    expect(call(1).headers.get('last-event-id')).toBe('2');
    expect(stream.lastEventId).toBe('1');
    expect((await iterator.next()).value?.data).toBe('2');
    call(1).open().send('id: 3\ndata: 3\n\n');
    expect((await iterator.next()).value?.data).toBe('3');
    expect([calls.length, call(0).live, call(1).live]).toEqual([2, false, true]);
    stream.close();
  });
});
