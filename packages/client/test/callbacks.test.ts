import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { type ConnectContext, type ConnectOptions, connect, type EventStream } from '../src/index';
import { scriptedFetch, settle, VirtualClock } from './helpers/script';
import { soon } from './helpers/server';

const url = 'http://localhost/';
const conventions =
  ': eventwire\n\nevent: eventwire:gap\ndata: {}\n\nevent: eventwire:lagged\ndata: {}\n\ndata: 1\n\ndata: 2\n\n';

type CallbackName =
  | 'onEvent'
  | 'onOpen'
  | 'onComment'
  | 'onReconnect'
  | 'onGap'
  | 'onLagged'
  | 'onClose'
  | 'onTrace'
  | 'terminal'
  | 'url'
  | 'headers';
const names: CallbackName[] = [
  'onEvent',
  'onOpen',
  'onComment',
  'onReconnect',
  'onGap',
  'onLagged',
  'onClose',
  'onTrace',
  'terminal',
  'url',
  'headers',
];

/** A stream that opens, sends everything, ends, waits and comes back, with `act` run once inside one callback. */
async function run(name: CallbackName, act: (stream: EventStream) => unknown) {
  const { fetch, calls } = scriptedFetch();
  const clock = new VirtualClock();
  let acted = false;
  let stream: EventStream | undefined;
  const callback = () => {
    const first = !acted && stream !== undefined;
    if (stream === undefined || !first) return name === 'url' ? url : {};
    acted = true;
    const result = act(stream);
    return name === 'url' ? url : result;
  };
  const options: ConnectOptions = { fetch, clock, reconnect: soon, onEvent: () => {} };
  if (name !== 'url') Object.assign(options, { [name]: callback });
  stream = connect(name === 'url' ? (callback as () => string) : url, options);
  for (let i = 0; i < 3 && !acted; i++) {
    await settle();
    calls.at(-1)?.open().send(conventions);
    await settle();
    if (acted) break;
    calls.at(-1)?.end();
    await clock.advance(1);
  }
  await settle();
  return { stream, calls, clock, acted: () => acted };
}

describe('close() from inside', () => {
  it.each(names)('%s', async (name) => {
    const { stream, calls, clock, acted } = await run(name, (stream) => {
      stream.close();
      expect(stream.state).toBe('closed');
      return {};
    });
    if (name === 'onClose') stream.close();
    expect(acted()).toBe(true);
    expect(await stream.closed).toEqual({ reason: 'closed' });
    expect(calls.filter((call) => call.live)).toEqual([]);
    expect(clock.timers.size).toBe(0);
  });
});

describe('reconnect() from inside', () => {
  it.each(names.filter((name) => name !== 'onClose'))('%s', async (name) => {
    const { stream, calls, clock, acted } = await run(name, (stream) => {
      stream.reconnect();
      expect(stream.state).toBe('connecting');
      return {};
    });
    expect(acted()).toBe(true);
    expect(calls.filter((call) => call.live)).toEqual([calls.at(-1)]);
    const call = calls.at(-1);
    if (!call?.responded) call?.open();
    await settle();
    expect(stream.state).toBe('open');
    stream.close();
    expect(calls.filter((call) => call.live)).toEqual([]);
    expect(clock.timers.size).toBe(0);
  });

  it('onClose does nothing', async () => {
    const { fetch, calls } = scriptedFetch();
    const stream = connect(url, { fetch, onClose: () => stream.reconnect() });
    stream.close();
    expect([stream.state, calls.length]).toEqual(['closed', 1]);
  });
});

describe('in the middle of a chunk', () => {
  const chunk = 'id: 1\ndata: 1\n\n:\nid: 2\ndata: 2\n\nid: 3\n\n';

  it('reconnect() asks again for what follows in it', async () => {
    const { fetch, call } = scriptedFetch();
    const seen: string[] = [];
    const stream = connect(url, {
      fetch,
      onEvent: ({ data }) => seen.push(data),
      onComment: () => stream.reconnect(),
    });
    call(0).open().send(chunk);
    await settle();
    expect([seen, call(1).headers.get('last-event-id')]).toEqual([['1'], '1']);
    stream.close();
  });

  it('close() delivers nothing more, and the id stays that of what was delivered', async () => {
    const { fetch, call } = scriptedFetch();
    const seen: string[] = [];
    const stream = connect(url, {
      fetch,
      lastEventId: '0',
      onEvent: ({ data }) => seen.push(data),
      onComment: () => stream.close(),
    });
    call(0).open().send(chunk);
    await settle();
    expect([seen, stream.lastEventId]).toEqual([['1'], '1']);
  });
});

it('close() from an abort listener of the attempt that reconnect() gives up', async () => {
  const { fetch, calls } = scriptedFetch();
  const target = ({ signal }: ConnectContext) => {
    signal.addEventListener('abort', () => stream.close());
    return url;
  };
  const stream = connect(target, { fetch });
  stream.reconnect();
  expect(stream.state).toBe('closed');
  expect(await stream.closed).toEqual({ reason: 'closed' });
  expect(calls).toHaveLength(0);
});

it('close() from the clock that reconnect() looks at', async () => {
  const { fetch, calls } = scriptedFetch();
  const clock = new VirtualClock();
  let act = () => {};
  const watched = {
    now: () => {
      act();
      return clock.now();
    },
    setTimeout: clock.setTimeout.bind(clock),
    clearTimeout: clock.clearTimeout.bind(clock),
  };
  const stream = connect(url, { fetch, clock: watched });
  act = () => {
    act = () => {};
    stream.close();
  };
  stream.reconnect();
  await settle();
  expect(stream.state).toBe('closed');
  expect(calls.filter(({ live }) => live)).toEqual([]);
  expect(clock.timers.size).toBe(0);
});

describe('a callback that fails', () => {
  const failing = names.filter((name) => name !== 'url' && name !== 'headers');
  it.each([
    [
      'throws',
      () => {
        throw new Error('mine');
      },
    ],
    ['rejects', () => Promise.reject(new Error('mine'))],
  ])('%s: is reported, and the stream goes on', async (how, fail) => {
    const report = vi.spyOn(console, 'error').mockImplementation(() => {});
    onTestFinished(() => report.mockRestore());
    for (const name of failing) {
      if (name === 'terminal' && how === 'rejects') continue; // a promise is not true
      report.mockClear();
      const { stream, acted } = await run(name, fail);
      if (name === 'onClose') stream.close();
      await settle();
      expect(acted(), name).toBe(true);
      expect(report, name).toHaveBeenCalledExactlyOnceWith(new Error('mine'));
      if (name !== 'onClose') expect(stream.state, name).not.toBe('closed');
      stream.close();
    }
  });

  it('is reported by reportError where there is one', async () => {
    const reportError = vi.fn();
    vi.stubGlobal('reportError', reportError);
    onTestFinished(() => void vi.unstubAllGlobals());
    const { stream } = await run('onEvent', () => {
      throw new Error('mine');
    });
    stream.close();
    expect(reportError).toHaveBeenCalledExactlyOnceWith(new Error('mine'));
  });
});

describe('onTrace', () => {
  it('says in words how long it waits, and why', async () => {
    const { fetch, call } = scriptedFetch();
    const messages: string[] = [];
    const stream = connect(url, {
      fetch,
      clock: new VirtualClock(),
      random: () => 0.1,
      onTrace: ({ type, message }) => type === 'waiting' && messages.push(message),
    });
    for (const retryAfter of ['4', '59']) {
      await settle();
      call(-1).refuse(503, { 'retry-after': retryAfter });
      await settle();
      stream.reconnect();
    }
    stream.close();
    expect(messages).toEqual([
      'waiting 4.2 s: http://localhost/ responded with 503, Retry-After 4 s',
      'waiting 59 s: http://localhost/ responded with 503, Retry-After 59 s',
    ]);
  });

  it('tells every attempt, decision and reason, and no secret', async () => {
    const { fetch, call } = scriptedFetch();
    const clock = new VirtualClock();
    const records: unknown[] = [];
    const messages: string[] = [];
    const stream = connect('http://localhost/path?token=secret', {
      fetch,
      headers: { authorization: 'secret' },
      lastEventId: 'secret\u0001',
      clock,
      reconnect: { initialDelay: 4, jitter: 0, minDelay: 0 },
      onTrace: (record) => {
        records.push(record);
        messages.push(`${record.attempt} ${record.message}`);
      },
    });
    await settle();
    call(0).resolve(new Response('secret', { status: 503, headers: { 'retry-after': '0' } }));
    await clock.advance(4);
    call(-1).reject(new TypeError('no way to http://localhost/path?token=secret'));
    await settle();
    stream.close();
    expect(messages).toEqual([
      '1 connecting http://localhost/path',
      '1 id-not-sent 7',
      '1 waiting 0.004 s: http://localhost/path responded with 503, Retry-After 0 s',
      '2 connecting http://localhost/path',
      '2 id-not-sent 7',
      expect.stringMatching(
        /^2 waiting 0.004 s: No connection to http:\/\/localhost\/path: no way to http:\/\/localhost\/path…$/,
      ),
      '2 closed closed',
    ]);
    expect(JSON.stringify(records)).not.toContain('secret');
  });
});
