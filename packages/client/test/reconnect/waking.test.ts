import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { type ConnectOptions, connect } from '../../src/index';
import { scriptedFetch, settle, VirtualClock } from '../helpers/script';

const HOUR = 3_600_000;

/** A window and a document, as far as the client knows them. */
function page(hidden = false) {
  const window = new EventTarget();
  const document = Object.assign(new EventTarget(), { hidden, baseURI: 'http://localhost/' });
  const add = vi.fn(window.addEventListener.bind(window));
  const remove = vi.fn(window.removeEventListener.bind(window));
  vi.stubGlobal('addEventListener', add);
  vi.stubGlobal('removeEventListener', remove);
  vi.stubGlobal('document', document);
  onTestFinished(() => void vi.unstubAllGlobals());
  const show = (visible: boolean) => {
    document.hidden = !visible;
    document.dispatchEvent(new Event('visibilitychange'));
  };
  return {
    online: () => window.dispatchEvent(new Event('online')),
    show,
    add,
    remove,
    resume: () => document.dispatchEvent(new Event('resume')),
    pageshow: (persisted: boolean) =>
      window.dispatchEvent(Object.assign(new Event('pageshow'), { persisted })),
  };
}

function follow(options: ConnectOptions = {}) {
  const script = scriptedFetch();
  const clock = new VirtualClock();
  const traces: string[] = [];
  const stream = connect('http://localhost/', {
    fetch: script.fetch,
    clock,
    random: () => 0,
    onEvent: () => {},
    onTrace: ({ type }) => traces.push(type),
    ...options,
  });
  return { ...script, clock, stream, traces };
}

describe('online', () => {
  it('ends a wait, but not one that the server has asked for', async () => {
    const { online, remove } = page();
    const { call, calls, stream, clock, traces } = follow({ reconnect: { initialDelay: 60_000 } });
    await settle();
    call(0).fail('offline');
    await settle();
    expect(stream.state).toBe('waiting');
    online();
    expect([stream.state, calls.length, traces.includes('awake')]).toEqual(['connecting', 2, true]);
    online();
    call(1).refuse(503, { 'retry-after': '9' });
    await settle();
    online();
    expect([stream.state, calls.length]).toEqual(['waiting', 2]);
    await clock.advance(60_000);
    expect(calls).toHaveLength(3);
    call(2).open();
    await settle();
    online();
    expect(calls).toHaveLength(3);
    stream.close();
    expect(remove.mock.calls.map(([type]) => type)).toEqual(['online', 'pageshow']);
  });
});

it('reconnect() inside onTrace, where the network’s return is told, is the one attempt that follows', async () => {
  const { online } = page();
  const { call, calls, stream } = follow({
    onTrace: ({ type }) => type === 'awake' && stream.reconnect(),
  });
  await settle();
  call(0).fail('offline');
  await settle();
  online();
  await settle();
  expect([calls.length, stream.state]).toEqual([2, 'connecting']);
  stream.close();
});

describe('after a sleep', () => {
  /** Sleeps, and lets the next timer fire. */
  const sleep = async (clock: VirtualClock, ms: number) => {
    clock.sleep(ms);
    const [next] = [...clock.timers.values()].sort((a, b) => a.due - b.due);
    await clock.advance((next?.due ?? clock.time) - clock.time);
  };

  it('connects at once when it was waiting, or not before the server’s time', async () => {
    const waiting = follow({ reconnect: { initialDelay: 9 * HOUR } });
    waiting.call(0).fail('offline');
    await settle();
    await sleep(waiting.clock, HOUR);
    expect(waiting.calls).toHaveLength(2);
    waiting.stream.close();

    const told = follow();
    told.call(0).refuse(429, { 'retry-after': '600' });
    await settle();
    await sleep(told.clock, 500_000);
    expect(told.calls).toHaveLength(1);
    await told.clock.advance(100_000);
    expect(told.calls).toHaveLength(2);
    told.stream.close();
  });

  it.each<[string, ConnectOptions, boolean]>([
    ['gives an open connection one second', {}, true],
    ['with an idle timeout too', { idleTimeout: 60_000 }, true],
    ['unless there is no coming back', { reconnect: false }, false],
    ['unless the idle timeout has time left', { idleTimeout: 9 * HOUR }, false],
  ])('%s', async (_, options, given) => {
    const { call, stream, clock, calls } = follow(options);
    call(0).open();
    await settle();
    await sleep(clock, HOUR);
    expect(stream.state).toBe('open');
    await clock.advance(999);
    expect(stream.state).toBe('open');
    await clock.advance(1);
    expect(stream.state).toBe(given ? 'waiting' : 'open');
    await clock.advance(1000);
    expect(calls).toHaveLength(given ? 2 : 1);
    stream.close();
    expect(clock.timers.size).toBe(0);
  });

  it('is not what a hidden page has, whose timers come once in a minute', async () => {
    const { call, stream, clock } = follow();
    call(0).open();
    await settle();
    for (let i = 0; i < 5; i++) await sleep(clock, 59_000);
    await clock.advance(9000); // no second to show life has begun
    expect(stream.state).toBe('open');
    stream.close();
  });

  it('a byte within the second shows that the connection lives', async () => {
    const { call, stream, clock } = follow();
    call(0).open();
    await settle();
    await sleep(clock, HOUR);
    call(0).send(':\n\n');
    await clock.advance(HOUR);
    expect(stream.state).toBe('open');
    stream.close();
  });

  it('an attempt that is overdue gets a second, then counts as timed out', async () => {
    const { stream, clock, calls } = follow();
    await sleep(clock, HOUR);
    await clock.advance(999);
    expect(stream.state).toBe('connecting');
    await clock.advance(1001);
    expect(calls).toHaveLength(2);
    stream.close();
  });
});

describe('a page that comes back', () => {
  it('after a freeze reads what waits before a timeout may speak', async () => {
    const { resume } = page();
    const { call, stream, clock } = follow({ idleTimeout: 5000 });
    call(0).open();
    await settle();
    clock.time += 9000; // frozen: no timer has fired
    resume();
    call(0).send('data: x\n\n');
    await clock.advance(4999);
    expect(stream.state).toBe('open');
    await clock.advance(1);
    expect(stream.state).toBe('waiting');
    stream.close();
  });

  it('after a freeze gives a silent connection that is overdue one second', async () => {
    const { resume } = page();
    const { call, stream, clock } = follow({ idleTimeout: 5000 });
    call(0).open();
    await settle();
    clock.time += 9000;
    resume();
    await clock.advance(999);
    expect(stream.state).toBe('open');
    await clock.advance(1);
    expect(stream.state).toBe('waiting');
    stream.close();
  });

  it('late timers are no reason to close: what waits is read first', async () => {
    const { call, stream, clock } = follow({ idleTimeout: 5000 });
    call(0).open();
    await settle();
    clock.sleep(9000); // the program was held up
    await clock.advance(5000);
    expect(stream.state).toBe('open');
    call(0).send(':\n\n');
    await clock.advance(1000);
    expect(stream.state).toBe('open');
    stream.close();
  });

  it.each<[string, boolean, ConnectOptions, string]>([
    ['notices a stranded connection within a second', true, {}, 'waiting'],
    ['also if its timeout has time left', true, { idleTimeout: HOUR }, 'waiting'],
    ['was not away without `persisted`', false, {}, 'open'],
    ['leaves a request that must not be repeated', true, { method: 'POST' }, 'open'],
    ['leaves a stream that does not come back', true, { reconnect: false }, 'open'],
  ])('from the back/forward cache %s', async (_, persisted, options, state) => {
    const { pageshow } = page();
    const { call, stream, clock } = follow(options);
    call(0).open();
    await settle();
    pageshow(persisted);
    await clock.advance(1000);
    expect(stream.state).toBe(state);
    stream.close();
    expect(clock.timers.size).toBe(0);
  });

  it('from the back/forward cache ends a wait, but not one that the server has asked for', async () => {
    const { pageshow } = page();
    const { call, calls, stream } = follow({ reconnect: { initialDelay: 60_000 } });
    call(0).fail('offline');
    await settle();
    pageshow(true);
    expect([stream.state, calls.length]).toEqual(['connecting', 2]);
    call(1).refuse(503, { 'retry-after': '9' });
    await settle();
    pageshow(true);
    expect([stream.state, calls.length]).toEqual(['waiting', 2]);
    stream.close();
  });
});

describe('visibility', () => {
  it('is kept unless asked', async () => {
    const { show } = page(true);
    const { calls, stream } = follow();
    show(false);
    expect([calls.length, stream.state]).toEqual([1, 'connecting']);
    stream.close();
  });

  it('pauses while the page is hidden, in any state', async () => {
    const { show, online } = page();
    const { calls, call, stream, clock, traces } = follow({ visibility: 'pause', lastEventId: '1' });
    call(0).open().send('id: 2\ndata: x\n\n');
    await settle();
    show(false);
    expect([stream.state, call(0).live, clock.timers.size]).toEqual(['waiting', false, 0]);
    await clock.advance(HOUR);
    online();
    show(false);
    expect(calls).toHaveLength(1);
    show(true);
    expect([stream.state, call(1).headers.get('last-event-id')]).toEqual(['connecting', '2']);
    show(false);
    expect(call(1).live).toBe(false);
    show(true);
    call(2).fail('offline');
    await settle();
    show(false);
    await clock.advance(HOUR);
    expect(calls).toHaveLength(3);
    stream.reconnect(); // the user knows better
    expect(calls).toHaveLength(4);
    stream.close();
    show(true);
    expect([calls.length, traces.filter((type) => type === 'paused').length]).toEqual([4, 3]);
  });

  it('begins when a hidden page is shown', async () => {
    const { show } = page(true);
    const { calls, stream } = follow({ visibility: 'pause' });
    expect([calls.length, stream.state]).toEqual([0, 'waiting']);
    show(true);
    expect([calls.length, stream.state]).toEqual([1, 'connecting']);
    stream.close();
  });
});
