import { expect, it } from 'vitest';
import { count } from '../src/count.mjs';

it.each([
  ['killed in turn', 'SIGKILL', 0],
  ['stopped in turn', 'SIGTERM', 0],
  // Longer than a process waits for an answer, so that it refuses what is published.
  ['killed in turn, and its Redis hangs', 'SIGKILL', 7000],
] as const)('loses nothing and doubles nothing while its processes are %s', async (_, signal, hang) => {
  const { REDIS_SERVER_PATH: redis, NGINX_PATH: nginx } = process.env;
  const events = 150;
  const { lists, gaps, killed, again } = await count({
    followers: 6,
    events,
    kills: 3,
    signal,
    hang,
    programs: { redis, nginx },
  });
  const [first = []] = lists;
  for (const list of lists) expect(list).toEqual(first);
  expect([gaps, killed]).toEqual([0, 3]);
  if (hang > 0) expect(again).toBeGreaterThan(0);
  const ids = first.map((line) => line.split(' ')[0]);
  expect(new Set(ids).size).toBe(ids.length);
  // In the order of publishing, and once, also where a publisher had no answer and asked again.
  const numbers = first.map((line) => Number(line.split(' ')[1]));
  expect(numbers).toEqual(Array.from({ length: events }, (_, n) => n + 1));
});
