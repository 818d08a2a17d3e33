import { describe, expect, it, vi } from 'vitest';
import { createRedisLog, type RedisClientLike } from '../src/index';

interface Sent {
  readonly args: string[];
  answer(reply: unknown): void;
  fail(error: Error): void;
}

/** A client whose duplicates are answered by hand. */
function manual(open: () => Promise<void> = async () => {}) {
  const sent: Sent[] = [];
  let opened = 0;
  let closed = 0;
  const duplicate = (): RedisClientLike => ({
    sendCommand: (args: string[]) =>
      new Promise((resolve, reject) => {
        sent.push({ args, answer: resolve, fail: reject });
      }),
    duplicate,
    connect: () => {
      opened++;
      return open();
    },
    destroy: () => void closed++,
  });
  const client: RedisClientLike = { sendCommand: async () => ['e', 'e.1-0'], duplicate };
  return { client, sent, opened: () => opened, closed: () => closed };
}

const empty = ['e', '0-0', 0, '[]'];
const turns = () => new Promise((resolve) => setTimeout(resolve, 0));

describe('Reads', () => {
  it('open a connection of their own with the first one, which the log closes', async () => {
    const { client, sent, opened, closed } = manual();
    const log = createRedisLog({ client, key: 'k' });
    await log.append('x');
    expect(opened()).toBe(0);
    const reading = Promise.all([log.read('e.0-0', { limit: 1 }), log.read('e.1-0', { limit: 1 })]);
    await vi.waitUntil(() => sent.length === 2);
    for (const { answer } of sent) answer(empty);
    await reading;
    expect([opened(), closed()]).toEqual([1, 0]);
    await log[Symbol.asyncDispose]();
    expect(closed()).toBe(1);
  });

  it('wait for their turn, two at once, and no timeout runs meanwhile', async () => {
    const { client, sent } = manual();
    const log = createRedisLog({ client, key: 'k', commandTimeout: 800 });
    const reading = Promise.all(Array.from({ length: 8 }, () => log.read('e.0-0', { limit: 1 })));
    for (let answered = 0; answered < 8; answered += 2) {
      await vi.waitUntil(() => sent.length === answered + 2);
      // Together they take longer than the timeout that each of them has.
      await new Promise((resolve) => setTimeout(resolve, 250));
      expect(sent).toHaveLength(answered + 2);
      for (const { answer } of sent.slice(answered)) answer(empty);
    }
    expect(await reading).toHaveLength(8);
  });

  it('that wait fail with the connection, and the next ones get another', async () => {
    const { client, sent, opened, closed } = manual();
    const log = createRedisLog({ client, key: 'k', commandTimeout: 80 });
    const codes = await Promise.all(
      Array.from({ length: 6 }, () =>
        log.read('e.0-0', { limit: 1 }).then(
          () => 'ok',
          (error) => error.code,
        ),
      ),
    );
    expect(new Set(codes)).toEqual(new Set(['TIMEOUT']));
    expect([sent.length, closed()]).toEqual([2, 1]);
    const again = log.read('e.0-0', { limit: 1 });
    await vi.waitUntil(() => sent.length === 3);
    sent[2]?.answer(empty);
    await again;
    expect(opened()).toBe(2);
  });

  it('fail if their connection does not open in time, and close it', async () => {
    const { client, closed } = manual(() => new Promise(() => {}));
    const log = createRedisLog({ client, key: 'k', commandTimeout: 50 });
    const reads = Array.from({ length: 3 }, () => log.read('e.0-0', { limit: 1 }).catch((error) => error));
    for (const error of await Promise.all(reads)) {
      expect(error).toMatchObject({ code: 'UNAVAILABLE', message: expect.stringContaining('50 ms') });
    }
    expect(closed()).toBe(1);
  });

  it('that Redis refuses for good leave the connection to the others', async () => {
    const { client, sent, closed } = manual();
    const log = createRedisLog({ client, key: 'k' });
    const [refused, good] = [log.read('e.0-0', { limit: 1 }), log.read('e.1-0', { limit: 1 })];
    await vi.waitUntil(() => sent.length === 2);
    sent[0]?.fail(new Error('NOPERM this user has no permissions'));
    await expect(refused).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    sent[1]?.answer(empty);
    await good;
    expect(closed()).toBe(0);
  });

  it('of what is live go before those of history', async () => {
    const { client, sent } = manual();
    const log = createRedisLog({ client, key: 'k' });
    const history = Array.from({ length: 5 }, () => log.read('history.0-0', { limit: 1 }));
    await vi.waitUntil(() => sent.length === 2);
    const abort = new AbortController();
    const following = log.follow('live.0-0', () => {}, abort.signal);
    await turns();
    sent[0]?.answer(empty);
    await vi.waitUntil(() => sent.length === 3);
    expect(sent[2]?.args).toContain('live');
    const answering = setInterval(() => {
      for (const { answer } of sent) answer(empty);
    }, 5);
    await Promise.all([...history, following]);
    clearInterval(answering);
    abort.abort();
    await log[Symbol.asyncDispose]();
  });

  it('that wait are refused as the log is disposed of, and so are those under way', async () => {
    const { client, sent } = manual();
    const log = createRedisLog({ client, key: 'k' });
    const reads = Array.from({ length: 4 }, () => log.read('e.0-0', { limit: 1 }));
    await vi.waitUntil(() => sent.length === 2);
    await log[Symbol.asyncDispose]();
    for (const { fail } of sent) fail(new Error('The socket was closed'));
    const codes = reads.map((read) => read.catch(({ code }) => code));
    expect(await Promise.all(codes)).toEqual(['CLOSED', 'CLOSED', 'CLOSED', 'CLOSED']);
  });

  it.each([
    [{ limit: 0 }, 'limit'],
    [{ limit: 1, maxBytes: 0.5 }, 'maxBytes'],
  ])('are refused with %j', async (bounds, option) => {
    const log = createRedisLog({ client: manual().client, key: 'k' });
    await expect(log.read('', bounds)).rejects.toMatchObject({ code: 'INVALID_OPTION', option });
  });
});
