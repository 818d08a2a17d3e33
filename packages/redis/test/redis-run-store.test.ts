import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createRedisRunStore, type RedisClientLike } from '../src/index';
import { CLAIM, STATE } from '../src/run-scripts';

/** What its scripts give for a run that goes on, that was asked to stop, and that has ended. */
const RUNNING = ['e', '1-0', '', '', ''];
const STOPPING = ['e', '1-0', '', '"enough"', ''];
const ENDED = ['e', '2-0', '{"outcome":"done"}', '', ''];

/** A Redis with one run, which tells of a change whenever it is asked to. */
function redisOf(state: () => unknown) {
  const asked: string[] = [];
  /** A read that blocks. */
  let waiting: { resolve(reply: unknown): void; reject(error: Error): void } | undefined;
  let closed = 0;
  let changes = 0;
  const client: RedisClientLike = {
    sendCommand: async ([name, script]: string[]) => {
      if (name !== 'EVAL') return 'OK';
      if (script === CLAIM) return ['e', '7', '1', ''];
      if (script !== STATE) return [];
      asked.push('state');
      return state();
    },
    duplicate: () => ({
      sendCommand: ([name]: string[]) => {
        if (name !== 'XREAD') return Promise.resolve([]);
        return new Promise((resolve, reject) => {
          waiting = { resolve, reject };
        });
      },
      connect: async () => {},
      destroy: () => {
        closed++;
        waiting?.reject(new Error('The connection was closed'));
      },
      duplicate: () => client,
    }),
  };
  const onError = vi.fn();
  const store = createRedisRunStore({ client, onError });
  onTestFinished(() => store[Symbol.asyncDispose]?.());
  /** Tells of a change, and waits until the claim has looked at the run. */
  const change = async () => {
    const before = asked.length;
    await vi.waitUntil(() => waiting);
    waiting?.resolve([['runs:wake', [[`${++changes}-0`, ['run', 'chat\nclaim']]]]]);
    waiting = undefined;
    await vi.waitUntil(() => asked.length > before);
  };
  /** Long before a connection that is silent is given up. */
  const untilClosed = () => vi.waitUntil(() => closed === 1, { timeout: 5000 });
  return { store, asked, onError, change, untilClosed, closed: () => closed };
}

const claimOptions = { lease: 5000, ttl: 60_000 };

describe('A claim on a run in Redis', () => {
  it('is told to stop, and then waits no more', async () => {
    let state: unknown = RUNNING;
    const redis = redisOf(() => state);
    const claim = await redis.store.open('chat').claim(claimOptions);
    await vi.waitUntil(() => redis.asked.length === 1);
    await redis.change();
    expect([claim?.stop.aborted, redis.closed()]).toEqual([false, 0]);
    state = STOPPING;
    await redis.change();
    await vi.waitUntil(() => claim?.stop.aborted);
    expect(claim?.stop.reason).toBe('enough');
    await redis.untilClosed();
  });

  it('waits no more for a run that has ended, and is not told to stop', async () => {
    let state: unknown = RUNNING;
    const redis = redisOf(() => state);
    const claim = await redis.store.open('chat').claim(claimOptions);
    await vi.waitUntil(() => redis.asked.length === 1);
    state = ENDED;
    await redis.change();
    await redis.untilClosed();
    expect(claim?.stop.aborted).toBe(false);
  });

  it('waits on where the run cannot be looked at for once, which the next command would tell', async () => {
    let state: () => unknown = () => RUNNING;
    const redis = redisOf(() => state());
    const claim = await redis.store.open('chat').claim(claimOptions);
    await vi.waitUntil(() => redis.asked.length === 1);
    state = () => {
      throw new Error('NOPERM this user has no permissions');
    };
    await redis.change();
    state = () => STOPPING;
    await redis.change();
    await vi.waitUntil(() => claim?.stop.aborted);
    expect(redis.onError).not.toHaveBeenCalled();
  });
});
