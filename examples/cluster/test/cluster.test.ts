import { expect, it } from 'vitest';
import { count } from '../src/count.mjs';

it.each([
  ['killed', 'SIGKILL'],
  ['stopped', 'SIGTERM'],
] as const)('loses nothing and doubles nothing while its processes are %s in turn', async (_, signal) => {
  const { REDIS_SERVER_PATH: redis, NGINX_PATH: nginx } = process.env;
  const events = 150;
  const { lists, gaps, killed } = await count({
    followers: 6,
    events,
    kills: 3,
    signal,
    programs: { redis, nginx },
  });
  const [first = []] = lists;
  for (const list of lists) expect(list).toEqual(first);
  expect([gaps, killed]).toEqual([0, 3]);
  const ids = first.map((line) => line.split(' ')[0]);
  expect(new Set(ids).size).toBe(ids.length);
  // In the order of publishing, and once, also where a publisher had no answer and asked again.
  const numbers = first.map((line) => Number(line.split(' ')[1]));
  expect(numbers).toEqual(Array.from({ length: events }, (_, n) => n + 1));
});
