import type { EventLog } from '@eventwire/server';
import { describe, expect, it, vi } from 'vitest';
import { createRedisLog, type RedisClientLike } from '../src/index';

/** A client whose commands are answered by hand. */
function manual() {
  const sent: { readonly args: string[]; answer(reply: unknown): void; fail(error: Error): void }[] = [];
  const client: RedisClientLike = {
    sendCommand: (args: string[]) =>
      new Promise((resolve, reject) => {
        sent.push({ args, answer: resolve, fail: reject });
      }),
    duplicate: () => client,
  };
  return { client, sent };
}

const append = async (log: EventLog, data: string) => log.append(data);

const refused = { name: 'RedisLogError', code: 'UNAVAILABLE', outcome: 'not-written' };

describe('A publisher of a Redis that does not answer', () => {
  it('is refused from the first timeout on, and heard again with the first answer', async () => {
    const { client, sent } = manual();
    const log = createRedisLog({ client, key: 'k', commandTimeout: 60 });
    await expect(log.append('a')).rejects.toMatchObject({ code: 'TIMEOUT', outcome: 'unknown' });
    for (const data of ['b', 'c']) {
      await expect(log.append(data)).rejects.toMatchObject({
        ...refused,
        message: expect.stringContaining('commandTimeout'),
      });
    }
    expect(sent).toHaveLength(1);
    sent[0]?.answer(['e', 'e.1-0']);
    const appending = log.append('d');
    await vi.waitUntil(() => sent.length === 2);
    sent[1]?.answer(['e', 'e.2-0']);
    expect((await appending).id).toBe('e.2-0');
  });

  it('leaves turns to the answer while it asks again and again', async () => {
    const { client, sent } = manual();
    const log = createRedisLog({ client, key: 'k', commandTimeout: 60 });
    await expect(log.append('a')).rejects.toMatchObject({ code: 'TIMEOUT' });
    setTimeout(() => sent[0]?.answer(['e', 'e.1-0']), 200);
    for (let tries = 0; sent.length < 2; tries++) {
      expect(tries).toBeLessThan(20);
      await append(log, 'b').catch(() => {});
    }
  });

  it('is heard again if the connection that was silent has gone', async () => {
    const { client, sent } = manual();
    const state = Object.assign(client, { isReady: true });
    const log = createRedisLog({ client, key: 'k', commandTimeout: 60 });
    await expect(log.append('a')).rejects.toMatchObject({ code: 'TIMEOUT' });
    state.isReady = false;
    await expect(log.append('b')).rejects.toMatchObject(refused);
    state.isReady = true;
    append(log, 'c').catch(() => {});
    await vi.waitUntil(() => sent.length === 2);
  });
});

describe('A publisher that does not wait for answers', () => {
  it('is refused what goes beyond maxPendingBytes, and keeps the order of what is taken', async () => {
    const { client, sent } = manual();
    const log = createRedisLog({ client, key: 'k', maxPendingBytes: 20_000 });
    const outcomes = Array.from({ length: 5 }, (_, n) =>
      append(log, `${n} ${'x'.repeat(6000)}`).then(
        ({ id }) => id,
        (error) => error,
      ),
    );
    expect(sent).toHaveLength(2);
    // What is answered makes room for as much.
    sent[0]?.answer(['e', 'e.1-0']);
    await vi.waitUntil(() => sent.length === 3);
    for (const [n, { answer }] of sent.entries()) answer(['e', `e.${n + 1}-0`]);
    const [one, two, three, ...more] = await Promise.all(outcomes);
    expect([one, two, three]).toEqual(['e.1-0', 'e.2-0', 'e.3-0']);
    for (const error of more) {
      expect(error).toMatchObject({ ...refused, message: expect.stringContaining('maxPendingBytes') });
    }
    expect(sent.map(({ args }) => /"data":"(\d)/.exec(args.join())?.[1])).toEqual(['0', '1', '2']);
  });

  it('still has as pending what timed out, since the client keeps it', async () => {
    const { client, sent } = manual();
    const log = createRedisLog({ client, key: 'k', commandTimeout: 100, maxPendingBytes: 20_000 });
    const large = 'x'.repeat(15_000);
    const late = Array.from({ length: 2 }, () => log.append('x'.repeat(6000)));
    for (const one of late) await expect(one).rejects.toMatchObject({ code: 'TIMEOUT' });
    sent[0]?.answer(['e', 'e.1-0']);
    await expect(log.append(large)).rejects.toMatchObject({
      message: expect.stringContaining('maxPendingBytes'),
    });
    sent[1]?.answer(['e', 'e.2-0']);
    append(log, large).catch(() => {});
    await vi.waitUntil(() => sent.length === 3);
  });

  it('can add one event that is larger than maxPendingBytes', async () => {
    const { client, sent } = manual();
    const log = createRedisLog({ client, key: 'k', maxPendingBytes: 1 });
    const appending = log.append('x');
    sent[0]?.answer(['e', 'e.1-0']);
    expect((await appending).id).toBe('e.1-0');
  });
});

describe('A publisher whose event is refused', () => {
  const refusing = (message: string) => {
    const { client, sent } = manual();
    const log = createRedisLog({ client, key: 'orders' });
    const appending = log.append('x');
    sent[0]?.fail(new Error(message));
    return { appending, sent };
  };

  it('is told at once of a key that holds something else, and which', async () => {
    const { appending, sent } = refusing('WRONGTYPE Operation against a key holding the wrong kind of value');
    await expect(appending).rejects.toMatchObject({
      code: 'UNEXPECTED_REPLY',
      outcome: 'not-written',
      message: expect.stringMatching(/"orders".*key of its own/),
    });
    expect(sent).toHaveLength(1);
  });

  it('is told of a key that a cluster cannot keep in one slot', async () => {
    const { appending } = refusing("CROSSSLOT Keys in request don't hash to the same slot");
    await expect(appending).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      option: 'key',
      outcome: 'not-written',
      message: expect.stringContaining('"{orders}"'),
    });
  });

  // R4: each of the words for a state that passes is tried again.
  it.each(['LOADING', 'MASTERDOWN', 'CLUSTERDOWN', 'TRYAGAIN', 'READONLY', 'NOREPLICAS', 'BUSY'])(
    'hears of nothing if Redis says %s once, and takes it then',
    async (word) => {
      const { client, sent } = manual();
      const log = createRedisLog({ client, key: 'k' });
      const appending = log.append('x');
      sent[0]?.fail(new Error(`${word} for a while`));
      await vi.waitUntil(() => sent.length === 2);
      sent[1]?.answer(['e', 'e.1-0']);
      expect((await appending).id).toBe('e.1-0');
    },
  );
});
