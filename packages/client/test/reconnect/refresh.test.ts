import { describe, expect, it, vi } from 'vitest';
import { type ConnectOptions, connect, type EndContext } from '../../src/index';
import { scriptedFetch, settle, VirtualClock } from '../helpers/script';

const url = 'http://localhost/';

function follow(options: ConnectOptions) {
  const script = scriptedFetch();
  const clock = new VirtualClock();
  const stream = connect(url, { fetch: script.fetch, clock, random: () => 0, onEvent: () => {}, ...options });
  void stream.closed; // somebody listens, so that nothing is said on the console
  /** The newest attempt is answered so. */
  const answer = async (status: number) => {
    await settle();
    if (status === 200) script.call(-1).open();
    else script.call(-1).refuse(status);
    await settle();
  };
  return { ...script, clock, stream, answer };
}

describe('refresh', () => {
  it('runs on 401, then follows one retry at once', async () => {
    const contexts: EndContext[] = [];
    const { answer, calls, stream } = follow({
      lastEventId: '7',
      refresh: async (context) => contexts.push(context),
    });
    await answer(401);
    expect([calls.length, stream.state]).toEqual([2, 'connecting']);
    expect(contexts).toMatchObject([
      { attempt: 1, lastEventId: '7', status: 401, error: { code: 'BAD_STATUS' } },
    ]);
    await answer(200);
    expect(stream.state).toBe('open');
    stream.close();
  });

  it('a retry that gets 401 again fails; a later 401 is refreshed again', async () => {
    const refresh = vi.fn();
    const twice = follow({ refresh });
    await twice.answer(401);
    await twice.answer(401);
    expect(await twice.stream.closed).toMatchObject({ reason: 'failed', error: { status: 401 } });
    expect([refresh.mock.calls.length, twice.calls.length]).toEqual([1, 2]);

    const later = follow({ refresh });
    await later.answer(401);
    await later.answer(200);
    later.call(-1).end();
    await later.clock.advance(60_000);
    await later.answer(401);
    expect([refresh.mock.calls.length, later.stream.state]).toEqual([3, 'connecting']);
    later.stream.close();
  });

  it('is shared among streams with the same function, while it runs', async () => {
    let done = () => {};
    const refresh = vi.fn(() => new Promise<void>((resolve) => (done = resolve)));
    const streams = [follow({ refresh }), follow({ refresh }), follow({ refresh })];
    for (const { answer } of streams) await answer(401);
    expect(refresh).toHaveBeenCalledOnce();
    expect(streams.map(({ stream }) => stream.state)).toEqual(['waiting', 'waiting', 'waiting']);
    done();
    await settle();
    expect(streams.map(({ calls }) => calls.length)).toEqual([2, 2, 2]);
    await streams[0]?.answer(200);
    streams[0]?.call(-1).end();
    await streams[0]?.clock.advance(5000);
    await streams[0]?.answer(401);
    expect(refresh).toHaveBeenCalledTimes(2);
    for (const { stream } of streams) stream.close();
  });

  it('serves those too who began before its end and are refused after it', async () => {
    let done = () => {};
    const refresh = vi.fn(() => new Promise<void>((resolve) => (done = resolve)));
    const [first, late, during] = [follow({ refresh }), follow({ refresh }), follow({ refresh })];
    await first.answer(401);
    during.stream.reconnect();
    done();
    await first.answer(200);
    for (const { answer, calls, stream } of [late, during]) {
      const before = calls.length;
      await answer(401);
      expect([refresh.mock.calls.length, calls.length, stream.state]).toEqual([1, before + 1, 'connecting']);
    }
    await late.answer(401); // with what is new: the one retry has been
    expect(await late.stream.closed).toMatchObject({ reason: 'failed', error: { status: 401 } });
    const next = follow({ refresh });
    await next.answer(401);
    expect(refresh).toHaveBeenCalledTimes(2);
    for (const { stream } of [first, during, next]) stream.close();
  });

  it('serves nobody else where it fails, nor whose stream was open', async () => {
    const refresh = vi.fn().mockRejectedValueOnce(new Error('no way'));
    const shouldReconnect = ({ status }: EndContext) => (status === 200 ? ('refresh' as const) : undefined);
    const [first, late, open] = [1, 2, 3].map(() => follow({ refresh, shouldReconnect }));
    await open?.answer(200);
    await first?.answer(401);
    await late?.answer(401);
    expect(refresh).toHaveBeenCalledTimes(2);
    open?.call(-1).end(); // long after: what was new then may be old by now
    await settle();
    expect(refresh).toHaveBeenCalledTimes(3);
    for (const one of [first, late, open]) one?.stream.close();
  });

  it.each<[string, ConnectOptions['refresh'], string]>([
    [
      'throws',
      () => {
        throw new Error('no way');
      },
      'no way',
    ],
    ['rejects', () => Promise.reject(new Error('no way')), 'no way'],
    ['hangs', () => new Promise(() => {}), '30000 ms'],
  ])('comes back by the policy where it %s', async (_, refresh, reason) => {
    const { answer, calls, clock, stream } = follow({ refresh });
    const errors: unknown[] = [];
    await answer(401);
    await clock.advance(30_000);
    expect(stream.state).toBe(reason === 'no way' ? 'connecting' : 'waiting');
    await clock.advance(1000);
    expect(calls.length).toBeGreaterThan(1);
    stream.close();
    expect([errors, clock.timers.size]).toEqual([[], 0]);
  });

  it('one that fails at every 401 is called again by each, until maxAttempts ends the stream', async () => {
    const refresh = vi.fn(() => Promise.reject(new Error('no way')));
    const { answer, calls, clock, stream } = follow({ refresh, reconnect: { maxAttempts: 3 } });
    for (let attempt = 1; attempt <= 3; attempt++) {
      await answer(401);
      await clock.advance(1000);
    }
    expect(await stream.closed).toMatchObject({
      reason: 'exhausted',
      error: { cause: { code: 'REFRESH_FAILED' } },
    });
    expect([refresh.mock.calls.length, calls.length]).toEqual([3, 3]);
  });

  it('close() and reconnect() meanwhile win', async () => {
    let done = () => {};
    const refresh = () => new Promise<void>((resolve) => (done = resolve));
    const { answer, calls, clock, stream } = follow({ refresh });
    await answer(401);
    stream.reconnect();
    await answer(200);
    done();
    await settle();
    expect([calls.length, stream.state]).toEqual([2, 'open']);
    stream.close();
    expect(clock.timers.size).toBe(0);
  });

  it('is asked for with reconnect: false too', async () => {
    const { answer, calls } = follow({ reconnect: false, refresh: () => {} });
    await answer(401);
    expect(calls).toHaveLength(2);
    await answer(503);
  });
});

describe('shouldReconnect', () => {
  it.each<[string, ConnectOptions['shouldReconnect'], number, string]>([
    ['makes a stop a reconnection', () => true, 404, 'waiting'],
    ['makes a reconnection a stop', async () => false, 503, 'failed'],
    ['overrides 204', () => true, 204, 'waiting'],
    ['leaves it to the table', () => undefined, 404, 'failed'],
    [
      'leaves it to the table when it throws',
      () => {
        throw new Error('mine');
      },
      503,
      'waiting',
    ],
    ['refreshes', ({ status }) => (status === 403 ? 'refresh' : undefined), 403, 'connecting'],
    ['refreshes nothing without refresh', () => 'refresh', 503, 'waiting'],
  ])('%s', async (name, shouldReconnect, status, expected) => {
    const report = vi.spyOn(console, 'error').mockImplementation(() => {});
    const refresh = name === 'refreshes' ? () => {} : undefined;
    const { answer, stream, clock } = follow({ shouldReconnect, refresh });
    await answer(status);
    const { state } = stream;
    expect(state === 'closed' ? (await stream.closed).reason : state).toBe(expected);
    stream.close();
    expect(clock.timers.size).toBe(0);
    expect(report).toHaveBeenCalledTimes(name.endsWith('throws') ? 1 : 0);
    report.mockRestore();
  });

  it.each<[string, ConnectOptions, ResponseInit, string]>([
    ['REDIRECT', { redirect: 'error' }, { status: 307, headers: { location: '/' } }, ''],
    ['BAD_CONTENT_TYPE', {}, { headers: {} }, ''],
    ['EVENT_TOO_LARGE', { maxEventSize: 5 }, {}, 'data: too large\n'],
    ['INVALID_EVENT', { decode: 'json' }, {}, 'data: x\n\n'],
    ['QUEUE_FULL', { onQueueFull: 'close', maxQueuedEvents: 1, onEvent: settle }, {}, 'data\n\n'.repeat(3)],
  ])('is asked about %s, which is a failure by the table', async (code, options, init, text) => {
    const asked: unknown[] = [];
    const shouldReconnect = ({ error }: EndContext) => void asked.push(error?.code);
    const { call, stream } = follow({ shouldReconnect, ...options });
    call(0).open(init).send(text);
    if (code === 'BAD_CONTENT_TYPE') call(0).end();
    expect(await stream.closed).toMatchObject({ reason: 'failed', error: { code } });
    expect(asked).toEqual([code]);
  });

  it('is told of a clean end, and not of the stream’s own', async () => {
    const ends: unknown[] = [];
    const shouldReconnect = ({ status, error }: EndContext) => void ends.push([status, error]);
    const { answer, stream, call, clock } = follow({ shouldReconnect, terminal: ({ data }) => data === 'x' });
    await answer(200);
    call(-1).end();
    await clock.advance(1000);
    await answer(200);
    call(-1).send('data: x\n\n');
    expect((await stream.closed).reason).toBe('terminal');
    expect(ends).toEqual([[200, undefined]]);
  });
});
