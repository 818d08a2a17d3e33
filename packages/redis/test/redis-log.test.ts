import { describe, expect, it } from 'vitest';
import { createRedisLog, type RedisClientLike, type RedisLogOptions } from '../src/index';
import { compareEntries, parseId } from '../src/redis-id';
import { readEntries, readInfo } from '../src/replies';

/** A client whose transactions are answered by a function. */
function fake(exec: (sent: string[][]) => unknown): RedisClientLike & { sent: string[][] } {
  const sent: string[][] = [];
  return {
    sent,
    sendCommand: async (args: string[]) => {
      sent.push(args);
      if (args[0] !== 'EXEC') return 'QUEUED';
      return exec(sent);
    },
    duplicate: () => fake(exec),
  };
}

describe('createRedisLog', () => {
  const client = fake(() => []);

  it.each([
    [{ key: 'k' }, 'client'],
    [{ client: {}, key: 'k' }, 'client'],
    [{ client: { call: () => {} }, key: 'k' }, 'client'],
    [{ client, key: '' }, 'key'],
    [{ client, key: 5 }, 'key'],
    [{ client, key: 'k', maxEvents: 0 }, 'maxEvents'],
    [{ client, key: 'k', commandTimeout: -1 }, 'commandTimeout'],
    [{ client, key: 'k', onError: 'log' }, 'onError'],
  ])('refuses %j', (options, option) => {
    expect(() => createRedisLog(options as unknown as RedisLogOptions)).toThrow(
      expect.objectContaining({ name: 'RedisLogError', code: 'INVALID_OPTION', option }),
    );
  });

  it('sends a transaction within one turn, so that nobody else’s commands come between', async () => {
    const client = fake(() => [null, 'e1', '5-0']);
    const log = createRedisLog({ client, key: 'k', maxEvents: 7 });
    const appending = log.append({ data: 'x' }, { topic: 't' });
    expect(client.sent.map(([name]) => name)).toEqual(['MULTI', 'SET', 'GET', 'XADD', 'EXEC']);
    expect(client.sent[1]).toEqual(['SET', 'k:epoch', expect.stringMatching(/^[0-9a-z]+$/), 'NX']);
    expect(client.sent[3]?.slice(1, 6)).toEqual(['k', 'MAXLEN', '~', '7', '*']);
    expect(await appending).toMatchObject({ id: 'e1.5-0', topic: 't', event: { data: 'x' } });
  });

  it.each([
    ['an error of Redis', () => Promise.reject(new Error('LOADING Redis is loading')), 'UNAVAILABLE'],
    [
      'an error within the transaction',
      () => [null, 'e1', new Error('OOM command not allowed')],
      'UNAVAILABLE',
    ],
    ['no answer', () => new Promise(() => {}), 'TIMEOUT'],
    ['an aborted transaction', () => null, 'UNEXPECTED_REPLY'],
  ])('tells a publisher of %s', async (_, exec, code) => {
    const log = createRedisLog({ client: fake(exec), key: 'k', commandTimeout: 20 });
    await expect(log.append('x')).rejects.toMatchObject({ name: 'RedisLogError', code });
  });

  it('refuses ids that are not its own, and everything once it is disposed', async () => {
    const log = createRedisLog({ client, key: 'k' });
    expect(() => log.compare('e1.1-0', 'x')).toThrow(expect.objectContaining({ code: 'FOREIGN_ID' }));
    expect(() => log.compare('e1.1-0', 'e2.1-0')).toThrow(expect.objectContaining({ code: 'FOREIGN_ID' }));
    await log[Symbol.asyncDispose]();
    await expect(log.append('x')).rejects.toMatchObject({ code: 'CLOSED' });
    await expect(log.tail('', () => {}, new AbortController().signal)).rejects.toMatchObject({
      code: 'CLOSED',
    });
  });
});

it('has what it knows of a new epoch ahead of the old one', async () => {
  const log = createRedisLog({ client: fake(() => [null, 'e2', '5-0']), key: 'k' });
  const { id } = await log.append('x');
  expect(log.compare(id, 'e1.9-0')).toBeGreaterThan(0);
  expect(log.compare('e1.9-0', id)).toBeLessThan(0);
});

describe('ids', () => {
  it.each([
    ['e1.0-0', { epoch: 'e1', entry: '0-0' }],
    ['e1.1700000000000-12', { epoch: 'e1', entry: '1700000000000-12' }],
    ['e1.01-0', undefined],
    ['e1.1', undefined],
    ['E1.1-0', undefined],
    ['e1.1-0 ', undefined],
    ['', undefined],
  ])('%j', (id, parsed) => {
    expect(parseId(id)).toEqual(parsed);
  });

  it('are compared as numbers', () => {
    expect(compareEntries('9-0', '10-0')).toBeLessThan(0);
    expect(compareEntries('10-9', '10-10')).toBeLessThan(0);
    expect(compareEntries('10-1', '10-1')).toBe(0);
  });
});

describe('replies', () => {
  const info = { 'last-generated-id': '5-1', length: 2, 'entries-added': 3 };

  it.each([
    ['an array', Object.entries(info).flat()],
    ['a Map', new Map(Object.entries(info))],
    ['an object', info],
  ])('are understood as %s', (_, reply) => {
    expect(readInfo(reply)).toEqual({ lastGenerated: '5-1', length: 2, added: 3 });
  });

  it('of a stream that is not there are those of an empty one', () => {
    expect(readInfo(new Error('ERR no such key')).length).toBe(0);
  });

  it('that nobody understands are refused', () => {
    expect(() => readInfo(['length', 1])).toThrow(expect.objectContaining({ code: 'UNEXPECTED_REPLY' }));
    expect(() => readInfo('OK')).toThrow(expect.objectContaining({ code: 'UNEXPECTED_REPLY' }));
    expect(() => readEntries('OK')).toThrow(expect.objectContaining({ code: 'UNEXPECTED_REPLY' }));
    expect(() => readEntries(['x'])).toThrow(expect.objectContaining({ code: 'UNEXPECTED_REPLY' }));
    expect(() => readEntries(new Error('WRONGTYPE'))).toThrow('WRONGTYPE');
  });
});
