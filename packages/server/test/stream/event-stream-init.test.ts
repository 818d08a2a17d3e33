import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { acceptsEventStream } from '../../src/http/negotiation';
import { type EventStreamInit, EventStreamWriter, resolveEventStreamInit } from '../../src/index';
import { FakeSink } from '../helpers/fake-sink';

function open(init: EventStreamInit) {
  const sink = new FakeSink();
  const errors: unknown[] = [];
  const stream = new EventStreamWriter(sink, {
    heartbeat: false,
    onError: (error) => errors.push(error),
    ...init,
  });
  return { sink, stream, errors };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('maxDuration and expiresAt', () => {
  it('close the stream then, so that the client comes back', async () => {
    const { sink } = open({ maxDuration: 1000 });
    await vi.advanceTimersByTimeAsync(999);
    expect(sink.over).toBeUndefined();
    await vi.advanceTimersByTimeAsync(1);
    expect(sink.over).toBe('ended');
    expect(sink.text).not.toContain('eventwire:end');
  });

  it.each([(ms: number) => Date.now() + ms, (ms: number) => new Date(Date.now() + ms)])(
    'take a time',
    async (at) => {
      const { sink } = open({ expiresAt: at(500), maxDuration: 10_000 });
      await vi.advanceTimersByTimeAsync(501);
      expect(sink.over).toBe('ended');
    },
  );

  it('may be further off than a timer reaches, or past', async () => {
    const far = open({ expiresAt: Date.now() + 2 ** 32 }).sink;
    const past = open({ expiresAt: 0 }).sink;
    await vi.advanceTimersByTimeAsync(1);
    expect([far.over, past.over]).toEqual([undefined, 'ended']);
    await vi.advanceTimersByTimeAsync(2 ** 32);
    expect(far.over).toBe('ended');
  });

  it('leave no timer behind', async () => {
    const { stream } = open({ maxDuration: 1000, revalidate: () => true, revalidateInterval: 10 });
    stream.close();
    // Only the patience with a client that takes its last bytes.
    expect(vi.getTimerCount()).toBeLessThanOrEqual(1);
    const { stream: allowed } = open({ revalidate: () => true, revalidateInterval: 10 });
    await vi.advanceTimersByTimeAsync(10_010);
    // Until it is asked again.
    expect(vi.getTimerCount()).toBe(1);
    allowed.close();
    // Nor where an answer is waited for at the end, or came.
    const asked = open({ revalidate: () => new Promise(() => {}), revalidateInterval: 10 });
    const answered = open({ revalidate: () => false, revalidateInterval: 10 });
    await vi.advanceTimersByTimeAsync(10);
    expect(answered.sink.over).toBe('ended');
    asked.stream.close();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('revalidate', () => {
  it('is asked again and again, one at a time, and closes the stream once it does not give true', async () => {
    const answers: ((valid: boolean) => void)[] = [];
    const revalidate = () => new Promise<boolean>((resolve) => answers.push(resolve));
    const { sink } = open({ revalidate, revalidateInterval: 100 });
    await vi.advanceTimersByTimeAsync(1000);
    expect(answers).toHaveLength(1);
    answers[0]?.(true);
    await vi.advanceTimersByTimeAsync(100);
    expect(answers).toHaveLength(2);
    expect(sink.over).toBeUndefined();
    answers[1]?.(false);
    await vi.advanceTimersByTimeAsync(0);
    expect(sink.over).toBe('ended');
    await vi.advanceTimersByTimeAsync(1000);
    expect(answers).toHaveLength(2);
  });

  it('is not asked again once the stream is over, though an answer comes after the end', async () => {
    let answer: (valid: boolean) => void = () => {};
    let asked = 0;
    const revalidate = () => {
      asked++;
      return new Promise<boolean>((resolve) => {
        answer = resolve;
      });
    };
    const { stream } = open({ revalidate, revalidateInterval: 100 });
    await vi.advanceTimersByTimeAsync(100);
    expect(asked).toBe(1);
    stream.close();
    answer(true);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(asked).toBe(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('that does not answer is reported, and closes', async () => {
    const { sink, errors } = open({ revalidate: () => new Promise(() => {}), revalidateInterval: 100 });
    await vi.advanceTimersByTimeAsync(30_099);
    expect(sink.over).toBeUndefined();
    await vi.advanceTimersByTimeAsync(1);
    expect(sink.over).toBe('ended');
    expect(errors).toMatchObject([{ name: 'TimeoutError' }]);
  });

  it('that throws is reported, and closes: who cannot be shown to be allowed is not', async () => {
    const { sink, errors } = open({
      revalidate: () => Promise.reject(new Error('no database')),
      revalidateInterval: 5,
    });
    await vi.advanceTimersByTimeAsync(5);
    expect(errors).toMatchObject([{ message: 'no database' }]);
    expect(sink.over).toBe('ended');
  });
});

describe('writeTimeout', () => {
  it('cuts a client that takes nothing for so long', async () => {
    const { sink, stream } = open({ writeTimeout: 1000 });
    sink.stuck = true;
    const sent = stream.sendEvent('x');
    await sent;
    await vi.advanceTimersByTimeAsync(999);
    expect(sink.over).toBeUndefined();
    // And a turn for the news of what was taken.
    await vi.advanceTimersByTimeAsync(2);
    expect(sink.over).toBe('destroyed');
    expect(stream.signal.reason).toMatchObject({
      code: 'CLIENT_GONE',
      message: expect.stringContaining('1000 ms'),
    });
  });

  it('counts what was taken while the process was busy, of which it hears late', async () => {
    const { sink, stream } = open({ writeTimeout: 1000 });
    sink.stuck = true;
    stream.sendEvent('x');
    // As where the event loop stood still: the timer comes before the news.
    setTimeout(() => sink.take(1), 1000);
    await vi.advanceTimersByTimeAsync(1002);
    expect(sink.over).toBeUndefined();
    await vi.advanceTimersByTimeAsync(1002);
    expect(sink.over).toBe('destroyed');
  });

  it('has patience with one that takes a little, and none is needed where nothing waits', async () => {
    const { sink, stream } = open({ writeTimeout: 1000 });
    await vi.advanceTimersByTimeAsync(10_000);
    sink.stuck = true;
    stream.sendEvent('x');
    for (let n = 0; n < 5; n++) {
      await vi.advanceTimersByTimeAsync(900);
      sink.take(1);
    }
    expect(sink.over).toBeUndefined();
    await vi.advanceTimersByTimeAsync(2000);
    expect(sink.over).toBe('destroyed');
  });

  it('counts what was taken, however much is pending by then, also after writes that were taken at once', async () => {
    const { sink, stream } = open({ writeTimeout: 1000 });
    for (let n = 1; n < 5; n++) {
      sink.stuck = true;
      stream.sendEvent('x'.repeat(n * 10));
      await vi.advanceTimersByTimeAsync(900);
      sink.take();
      sink.stuck = false;
      stream.sendEvent('x'.repeat(100));
      expect(sink.pending).toBe(0);
    }
    expect(sink.over).toBeUndefined();
  });
});

describe('refuse', () => {
  it('takes the place of a head that has not gone out', () => {
    const { sink, stream } = open({});
    sink.begun = false;
    stream.refuse(7);
    expect([sink.text, sink.over, stream.signal.aborted]).toEqual(['503 retry-after 7', 'ended', true]);
  });

  it('later says it by the reconnection time, and closes', () => {
    const { sink, stream } = open({});
    stream.refuse(7);
    expect([sink.text, sink.over]).toEqual(['retry: 7000\n\n', 'ended']);
    stream.refuse(7);
  });
});

describe('noContent', () => {
  it('takes the place of a head that has not gone out', () => {
    const { sink, stream } = open({});
    sink.begun = false;
    stream.noContent();
    expect([sink.text, sink.over, stream.signal.aborted]).toEqual(['204', 'ended', true]);
    stream.noContent();
  });

  it('later is the end', () => {
    const { sink, stream } = open({});
    stream.noContent();
    expect([sink.text, sink.over]).toEqual(['event: eventwire:end\ndata: {}\n\n', 'ended']);
  });
});

describe('accept', () => {
  it.each([
    [undefined, true],
    ['', true],
    ['text/event-stream', true],
    ['TEXT/Event-Stream ; q=0.5', true],
    ['text/*', true],
    ['application/json, */*;q=0.1', true],
    ['application/json', false],
    ['text/html, application/xml', false],
    ['text/event-stream;q=0, */*', false],
    ['text/*;q=0, */*', false],
    ['*/*;q=0, text/event-stream', true],
    ['text/event-stream;q=0, text/event-stream', true],
    ['text/event-stream, text/event-stream;q=0', true],
    ['*/*, text/event-stream;q=0, text/event-stream;q=0', false],
  ])('%j: %s', (accept, accepted) => {
    expect(acceptsEventStream(accept)).toBe(accepted);
  });
});

it.each([
  [{ accept: 'maybe' }, 'accept'],
  [{ maxDuration: 0 }, 'maxDuration'],
  [{ expiresAt: Number.NaN }, 'expiresAt'],
  [{ expiresAt: 'tomorrow' }, 'expiresAt'],
  [{ revalidate: true }, 'revalidate'],
  [{ revalidateInterval: 0 }, 'revalidateInterval'],
  [{ writeTimeout: 0 }, 'writeTimeout'],
  [{ cors: 'https://a.example' }, 'cors'],
  [{ cors: {} }, 'cors.origins'],
  [{ cors: { origins: 'https://a.example' } }, 'cors.origins'],
  [{ cors: { origins: ['https://a.example/'] } }, 'cors.origins'],
  [{ cors: { origins: ['null'] } }, 'cors.origins'],
  [{ cors: { origins: '*', credentials: true } }, 'cors.origins'],
  [{ cors: { origins: ['*'], credentials: true } }, 'cors.origins'],
  [{ cors: { origins: '*', allowHeaders: ['a b'] } }, 'cors.allowHeaders'],
  [{ cors: { origins: '*', exposeHeaders: 'x' } }, 'cors.exposeHeaders'],
  [{ cors: { origins: '*', maxAge: -1 } }, 'cors.maxAge'],
])('refuses %j', (init, option) => {
  expect(() => resolveEventStreamInit(init as unknown as EventStreamInit)).toThrow(
    expect.objectContaining({ code: 'INVALID_OPTION', option }),
  );
});

it('takes every default where it is given, as if it were not', () => {
  const defaults: EventStreamInit = {
    status: 200,
    headers: {},
    heartbeat: 15_000,
    accept: 'any',
    revalidateInterval: 60_000,
    writeTimeout: 120_000,
    highWaterMark: 65_536,
    directWrites: true,
    onFinish: 'end',
  };
  const comparable = (init: EventStreamInit) => {
    const { headers, onError, ...rest } = resolveEventStreamInit(init);
    return { ...rest, headers: [...headers] };
  };
  expect(comparable(defaults)).toEqual(comparable({}));
});

it.each<EventStreamInit>([
  { accept: 'require' },
  { onFinish: 'close' },
  { heartbeat: false },
  { writeTimeout: false },
  { directWrites: false },
])('takes %j', (init) => {
  expect(resolveEventStreamInit(init)).toMatchObject(init);
});
