import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { readEnd } from '../src/end';
import { createRedisLog, type RedisClientLike, type RedisLogOptions } from '../src/index';
import { comparePlaces, formatBefore, parseId, type RedisId } from '../src/redis-id';
import { hasTag } from '../src/redis-log-options';
import { readEntries, readValues } from '../src/replies';

/** A client whose scripts are answered by a function. */
function fake(answer: (sent: string[][]) => unknown): RedisClientLike & { sent: string[][] } {
  const sent: string[][] = [];
  return {
    sent,
    sendCommand: async (args: string[]) => {
      sent.push(args);
      return answer(sent);
    },
    duplicate: () => fake(answer),
  };
}

/** The arguments of a script behind its keys. */
const args = ([, , keys = '0', ...rest]: string[] = []) => rest.slice(Number(keys));

describe('createRedisLog', () => {
  const client = fake(() => []);

  it.each([
    [{ key: 'k' }, 'client'],
    [{ client: {}, key: 'k' }, 'client'],
    [{ client: { call: () => {} }, key: 'k' }, 'client'],
    [{ client, key: '' }, 'key'],
    [{ client, key: 5 }, 'key'],
    [{ client, key: 'k', maxEvents: 0 }, 'maxEvents'],
    [{ client, key: 'k', idPrefix: 5 }, 'idPrefix'],
    [{ client, key: 'k', commandTimeout: -1 }, 'commandTimeout'],
    [{ client, key: 'k', onError: 'log' }, 'onError'],
    [{ client, key: 'k', maxEvent: 5 }, 'maxEvent'],
    [undefined, 'options'],
  ])('refuses %j', (options, option) => {
    expect(() => createRedisLog(options as unknown as RedisLogOptions)).toThrow(
      expect.objectContaining({ name: 'TypeError', code: 'INVALID_OPTION', option }),
    );
  });

  it('appends by one script, sent within the call, that knows the writer and what it waits for', async () => {
    const client = fake((sent) => ['e1', `e1.${sent.length}-0`]);
    const log = createRedisLog({ client, key: 'k', maxEvents: 7 });
    const appending = [log.append({ data: 'x' }, { topic: 't' }), log.append('y')];
    expect(client.sent.map(([name]) => name)).toEqual(['EVAL', 'EVAL']);
    expect(client.sent[0]?.slice(2, 6)).toEqual([
      '5',
      'k',
      'k:epoch',
      expect.stringMatching(/^k:writer:\w+$/),
    ]);
    expect(await Promise.all(appending)).toMatchObject([
      { id: 'e1.1-0', topic: 't', event: { data: 'x' } },
      { id: 'e1.2-0', event: { data: 'y' } },
    ]);
    await log.append('z');
    expect(client.sent.map((sent) => args(sent).slice(1, 4))).toEqual([
      ['7', '1', '1'],
      ['7', '2', '1'],
      ['7', '3', '3'],
    ]);
  });

  it.each([
    [
      'that Redis refuses',
      () => Promise.reject(new Error('OOM command not allowed')),
      'UNAVAILABLE',
      'not-written',
    ],
    ['that gets no answer', () => new Promise(() => {}), 'TIMEOUT', 'unknown'],
    ['whose connection breaks', () => Promise.reject(new Error('read ECONNRESET')), 'UNAVAILABLE', 'unknown'],
    [
      'that Redis cannot take yet',
      () => Promise.reject(new Error('LOADING Redis is')),
      'UNAVAILABLE',
      'not-written',
    ],
    ['that is answered by something else', () => null, 'UNEXPECTED_REPLY', undefined],
  ])('tells a publisher what became of an event %s', async (_, answer, code, outcome) => {
    const log = createRedisLog({ client: fake(answer), key: 'k', commandTimeout: 120 });
    await expect(log.append('x')).rejects.toMatchObject({ name: 'RedisLogError', code, outcome });
  });

  it.each([{ status: 'reconnecting' }, { isReady: false }])(
    'gives nothing to a client that is %j',
    async (state) => {
      const client = Object.assign(
        fake(() => ['e1', 'e1.5-0']),
        state,
      );
      const log = createRedisLog({ client, key: 'k', commandTimeout: 120 });
      await expect(log.append('x')).rejects.toMatchObject({ code: 'UNAVAILABLE', outcome: 'not-written' });
      expect(client.sent).toEqual([]);
    },
  );

  it('asks again where the connection broke, in the order of the calls', async () => {
    const lost = new Error('Socket closed unexpectedly');
    const client = fake((sent) =>
      sent.length <= 3 ? Promise.reject(lost) : ['e1', `e1.${args(sent.at(-1))[2]}-0`],
    );
    const log = createRedisLog({ client, key: 'k' });
    const ids = await Promise.all(['a', 'b', 'c'].map(async (data) => (await log.append(data)).id));
    expect(ids).toEqual(['e1.1-0', 'e1.2-0', 'e1.3-0']);
    expect(client.sent.map((sent) => args(sent)[2])).toEqual(['1', '2', '3', '1', '2', '3']);
  });

  it('gives up at its disposal what waits for a connection', async () => {
    const client = Object.assign(
      fake(() => []),
      { isReady: false },
    );
    const log = createRedisLog({ client, key: 'k' });
    const appending = log.append('x');
    await log[Symbol.asyncDispose]();
    await expect(appending).rejects.toMatchObject({ code: 'CLOSED', outcome: 'not-written' });
  });

  it('gives up a connection for following that does not open in time, and closes it', async () => {
    let destroyed = 0;
    const client: RedisClientLike = {
      ...fake(() => ['e1', '0-0']),
      duplicate: () => ({
        ...fake(() => []),
        connect: () => new Promise(() => {}),
        destroy: () => destroyed++,
      }),
    };
    const log = createRedisLog({ client, key: 'k', commandTimeout: 50 });
    await expect(log.follow('e1.0-0', () => {}, new AbortController().signal)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('50 ms'),
    });
    expect(destroyed).toBe(1);
  });

  it('is not stopped by an onError that throws', async () => {
    const complaints = vi.spyOn(console, 'error').mockImplementation(() => {});
    onTestFinished(() => complaints.mockRestore());
    const entries = [
      ['1-0', ['not', 'ours']],
      ['2-0', ['event', '{"data":"x"}']],
    ];
    const onError = () => {
      throw new Error('in onError');
    };
    const log = createRedisLog({
      client: fake(() => ['e1', '2-0', 0, JSON.stringify(entries)]),
      key: 'k',
      onError,
    });
    const { events } = await log.read('e1.0-0', { limit: 9 });
    expect(events.map(({ event }) => event.data)).toEqual([undefined, 'x']);
    expect(complaints).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ message: 'in onError' }));
  });

  it('refuses ids that are not its own, and everything once it is disposed', async () => {
    const log = createRedisLog({ client, key: 'k' });
    expect(() => log.compare('e1.1-0', 'x')).toThrow(expect.objectContaining({ code: 'FOREIGN_ID' }));
    expect(() => log.compare('e1.1-0', 'e2.1-0')).toThrow(expect.objectContaining({ code: 'FOREIGN_ID' }));
    await log[Symbol.asyncDispose]();
    await expect(log.append('x')).rejects.toMatchObject({ code: 'CLOSED' });
    await expect(log.follow('', () => {}, new AbortController().signal)).rejects.toMatchObject({
      code: 'CLOSED',
    });
  });
});

it('has what it knows of a new epoch ahead of the old one', async () => {
  const log = createRedisLog({ client: fake(() => ['e2', 'e2.5-0']), key: 'k' });
  const { id } = await log.append('x');
  expect(log.compare(id, 'e1.9-0')).toBeGreaterThan(0);
  expect(log.compare('e1.9-0', id)).toBeLessThan(0);
});

describe('ids', () => {
  it.each([
    ['e1.0-0', { epoch: 'e1', entry: '0-0', before: false }],
    ['e1.1700000000000-12', { epoch: 'e1', entry: '1700000000000-12', before: false }],
    ['e1.b5-0', { epoch: 'e1', entry: '5-0', before: true }],
    ['e1.bb5-0', undefined],
    ['e1.01-0', undefined],
    ['e1.1', undefined],
    ['E1.1-0', undefined],
    ['e1.1-0 ', undefined],
    ['', undefined],
  ])('%j', (id, parsed) => {
    expect(parseId(id)).toEqual(parsed);
  });

  it('are compared as numbers, the place before an entry just before it', () => {
    const own = (id: string) => parseId(id) as RedisId;
    const sorted = ['e.9-0', 'e.b10-9', 'e.10-9', 'e.b10-10', 'e.10-10'];
    expect([...sorted].reverse().sort((a, b) => comparePlaces(own(a), own(b)))).toEqual(sorted);
    expect(comparePlaces(own('e.10-1'), own('e.10-1'))).toBe(0);
    expect(formatBefore(own('e.10-1'))).toBe('e.b10-1');
  });
});

it.each([
  ['{updates}', true],
  ['app:{updates}:x', true],
  ['updates', false],
  ['{}updates', false],
  // The first braces decide, and these are empty.
  ['{}x{updates}', false],
  ['}x{updates}', true],
  ['{updates', false],
])('Whether all keys that begin with %s are in one slot of a cluster: %s', (key, isOne) => {
  expect(hasTag(key)).toBe(isOne);
});

it('Redis is told for how long to know an append again: a day, and an hour by its key', async () => {
  const client = fake(() => ['e1', '1-0', '']);
  await createRedisLog({ client, key: 'k' }).append('x', { idempotencyKey: 'one' });
  expect(args(client.sent[0]).slice(4, 6)).toEqual(['86400000', '3600000']);
});

it('No end is kept where Redis has none', () => {
  for (const none of [undefined, null]) expect(readEnd(none)).toBeUndefined();
  expect(readEnd('{"outcome":"finished"}')).toEqual({ outcome: 'finished' });
});

describe('replies', () => {
  it('are understood as text and as bytes', () => {
    const reply = JSON.stringify([['5-1', ['event', '{"data":"é"}', 'topic', 't']]]);
    const entry = { id: '5-1', fields: ['event', '{"data":"é"}', 'topic', 't'] };
    for (const each of [reply, Buffer.from(reply)]) expect(readEntries(each)).toEqual([entry]);
    expect(readEntries('[]')).toEqual([]);
  });

  it('that nobody understands are refused', () => {
    const unexpected = expect.objectContaining({ code: 'UNEXPECTED_REPLY' });
    expect(() => readValues('OK', 1)).toThrow(unexpected);
    expect(() => readValues(['e1'], 2)).toThrow(unexpected);
    expect(() => readEntries('OK')).toThrow(unexpected);
    for (const reply of [{}, ['x'], [['5-1', 7]]])
      expect(() => readEntries(JSON.stringify(reply))).toThrow(unexpected);
  });
});
