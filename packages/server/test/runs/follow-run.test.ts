import { expect, it, vi } from 'vitest';
import { createChannel, createRuns } from '../../src/index';
import { deferred, settled } from '../helpers/helpers';
import { RunFollower } from './run-follower';

it('A live subscription that is closed gives its subscriber nothing more, not even the end, and lets go of it', async () => {
  const runs = createRuns();
  const gate = deferred();
  const { done } = await runs.start('job', async function* () {
    yield 'one';
    await gate.promise;
    yield 'two';
  });
  const [leaving, staying] = [new RunFollower(), new RunFollower()];
  const subscription = runs.follow(leaving, 'job');
  runs.follow(staying, 'job');
  await vi.waitUntil(() => leaving.texts.length === 1 && staying.texts.length === 1);
  const { cursor } = subscription;
  subscription.close();
  await subscription.closed;
  gate.resolve();
  await done;
  await vi.waitUntil(() => staying.signal.aborted);
  expect(leaving.blocks.map(({ data }) => data)).toEqual(['one']);
  expect([leaving.signal.aborted, subscription.cursor]).toEqual([false, cursor]);
  const channel = createChannel();
  channel.subscribe(leaving);
  await settled();
  await channel.publish('news');
  await settled();
  expect(leaving.blocks.at(-1)?.data).toBe('news');
  await runs.close();
});
