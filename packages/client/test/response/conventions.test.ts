import { describe, expect, it } from 'vitest';
import { type ConnectOptions, connect } from '../../src/index';
import { scriptedFetch, settle, VirtualClock } from '../helpers/script';

const block = (type: string, data: string, id?: string) =>
  `event: eventwire:${type}\n${id === undefined ? '' : `id: ${id}\n`}data: ${data}\n\n`;

/** What reaches the user of a stream with this text. */
async function follow(text: string, options: ConnectOptions = {}) {
  const { fetch, calls, call } = scriptedFetch();
  const log: unknown[] = [];
  const stream = connect('http://localhost/', {
    fetch,
    onEvent: ({ type, data }) => log.push([type, data]),
    onGap: (gap) => log.push(gap),
    onLagged: (lag) => log.push(lag),
    ...options,
  });
  call(0).open().send(text);
  await settle();
  return { log, stream, calls, call };
}

describe('the conventions', () => {
  it('are acted on and not handed on, where the first line announces them', async () => {
    const text = [
      '\ufeff: eventwire heartbeat=15000\n\n',
      block('gap', '{"after":"7","oldest":"9"}', '8'),
      block('lagged', '{"dropped":3}'),
      'data: 1\n\n',
      block('cursor', '{}', '12'),
    ].join('');
    const { log, stream } = await follow(text);
    expect(log).toEqual([{ after: '7', oldest: '9' }, { dropped: 3 }, ['message', '1']]);
    expect(stream.lastEventId).toBe('12');
    stream.reconnect();
    stream.close();
  });

  it.each([
    ['no announcement', ''],
    ['a late one', '\n: eventwire\n'],
    ['another', ': eventwired\n'],
  ])('are events like others after %s', async (_, head) => {
    const { log, stream } = await follow(head + block('gap', '{}') + block('end', '{}'));
    expect(log).toEqual([
      ['eventwire:gap', '{}'],
      ['eventwire:end', '{}'],
    ]);
    expect(stream.state).toBe('open');
    stream.close();
  });

  it('hands on what it does not know', async () => {
    const { log, stream } = await follow(`: eventwire\n\n${block('new', '{}')}`);
    expect(log).toEqual([['eventwire:new', '{}']]);
    stream.close();
  });

  it('ends without coming back, with the reason, and ignores what follows', async () => {
    const text = `: eventwire\n\ndata: 1\n\n${block('end', '{"reason":"done"}')}data: 2\n\nretry: 5\n\n`;
    const { log, stream, calls, call } = await follow(text);
    expect(await stream.closed).toEqual({ reason: 'ended', detail: 'done' });
    expect([log, calls.length, call(0).live]).toEqual([[['message', '1']], 1, false]);
    expect(stream.reconnectionTime).toBe(1000);
  });

  it.each([
    '',
    'null',
    '{',
    '[]',
    '7',
    '{"after":1,"oldest":2,"dropped":"x","reason":{},"outcome":5}',
    '{"__proto__":null}',
  ])('survive malformed data: %s', async (data) => {
    const text = `: eventwire\n\n${block('gap', data)}${block('lagged', data)}${block('cursor', data)}${block('end', data)}`;
    const { log, stream } = await follow(text);
    expect(log).toEqual([{ after: '', oldest: null }, { dropped: 0 }]);
    expect(await stream.closed).toEqual({ reason: 'ended' });
  });
});

describe('idle', () => {
  const idle = async (text: string, options: ConnectOptions = {}) => {
    const clock = new VirtualClock();
    const errors: unknown[] = [];
    const onReconnect: ConnectOptions['onReconnect'] = ({ error }) => errors.push(error?.code);
    const followed = await follow(text, { clock, onReconnect, ...options });
    return { ...followed, clock, errors };
  };

  it('takes 2.5 times the announced heartbeat, and any byte counts', async () => {
    const { clock, call, errors, stream } = await idle(': eventwire heartbeat=2000\n\n');
    for (let i = 0; i < 3; i++) {
      await clock.advance(4999);
      call(0).send(':\n\n');
      await settle();
    }
    await clock.advance(4999);
    expect(errors).toEqual([]);
    await clock.advance(1);
    expect([errors, stream.state, call(0).live]).toEqual([['IDLE_TIMEOUT'], 'waiting', false]);
    stream.close();
    expect(clock.timers.size).toBe(0);
  });

  it('is as long as the option says, or never', async () => {
    const short = await idle(': eventwire heartbeat=60000\n\n', { idleTimeout: 300 });
    await short.clock.advance(300);
    expect(short.errors).toEqual(['IDLE_TIMEOUT']);
    short.stream.close();
    for (const [text, idleTimeout] of [
      [': eventwire heartbeat=2000\n\n', false],
      ['data: 1\n\n', undefined],
    ] as const) {
      const never = await idle(text, { idleTimeout });
      await never.clock.advance(86_400_000);
      expect(never.errors).toEqual([]);
      never.stream.close();
    }
  });

  it('does not run while the consumer is busy', async () => {
    let release = () => {};
    const onEvent = () =>
      new Promise<void>((resolve) => {
        release = resolve;
      });
    const { clock, errors, stream } = await idle('data: 1\n\n', { idleTimeout: 1000, onEvent });
    await clock.advance(10_000);
    expect([errors, clock.timers.size]).toEqual([[], 0]);
    release();
    await clock.advance(1000);
    expect(errors).toEqual(['IDLE_TIMEOUT']);
    stream.close();
  });
});

describe('connecting', () => {
  it('takes connectTimeout at most, even where fetch ignores its signal', async () => {
    const clock = new VirtualClock();
    const late: ((response: Response) => void)[] = [];
    const fetch = () => new Promise<Response>((resolve) => late.push(resolve));
    const codes: unknown[] = [];
    const onReconnect: ConnectOptions['onReconnect'] = ({ error }) => codes.push(error?.code);
    const stream = connect('http://localhost/', { fetch, clock, connectTimeout: 500, onReconnect });
    await clock.advance(499);
    expect(stream.state).toBe('connecting');
    await clock.advance(1);
    expect([codes, stream.state]).toEqual([['CONNECT_TIMEOUT'], 'waiting']);
    let cancelled = false;
    const body = new ReadableStream({
      cancel: () => {
        cancelled = true;
      },
    });
    late[0]?.(new Response(body, { headers: { 'content-type': 'text/event-stream' } }));
    await settle();
    expect([cancelled, stream.state]).toEqual([true, 'waiting']);
    stream.close();
    expect(clock.timers.size).toBe(0);
  });

  it('counts url, headers and body functions in', async () => {
    const clock = new VirtualClock();
    const { fetch, calls } = scriptedFetch();
    const stream = connect(() => new Promise<string>(() => {}), { fetch, clock, reconnect: false });
    await clock.advance(30_000);
    expect(await stream.closed).toMatchObject({ reason: 'failed', error: { code: 'CONNECT_TIMEOUT' } });
    expect(calls).toEqual([]);
  });

  it('grows its delays, and starts afresh after five healthy seconds', async () => {
    const clock = new VirtualClock();
    const { fetch, call } = scriptedFetch();
    const delays: number[] = [];
    const stream = connect('http://localhost/', {
      fetch,
      clock,
      random: () => 0.5,
      onEvent: () => {},
      onReconnect: ({ delay }) => delays.push(delay),
    });
    const after = async (healthy: number | undefined) => {
      if (healthy === undefined) call(-1).reject(new TypeError('refused'));
      else {
        call(-1).open();
        await clock.advance(healthy);
        call(-1).cut();
      }
      await settle();
      await clock.advance(delays.at(-1) ?? 0);
    };
    for (const healthy of [undefined, undefined, 4999, undefined, 5000, undefined]) await after(healthy);
    expect(delays).toEqual([2000, 3000, 5000, 9000, 1500, 2000]);
    stream.close();
    expect(clock.timers.size).toBe(0);
  });
});
