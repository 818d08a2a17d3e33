import { expect, it } from 'vitest';
import { count } from '../src/count.mjs';

it('loses nothing and doubles nothing while its processes are killed in turn', async () => {
  const { REDIS_SERVER_PATH: redis, NGINX_PATH: nginx } = process.env;
  const events = 150;
  const { lists, gaps, killed, again } = await count({
    followers: 6,
    events,
    kills: 3,
    programs: { redis, nginx },
  });
  const [first = []] = lists;
  for (const list of lists) expect(list).toEqual(first);
  expect([gaps, killed]).toEqual([0, 3]);
  const ids = first.map((line) => line.split(' ')[0]);
  expect(new Set(ids).size).toBe(ids.length);
  // In the order of publishing; one comes again only where its publisher had no answer, and asked for it.
  const numbers = first.map((line) => Number(line.split(' ')[1]));
  expect(numbers.length - events).toBeLessThanOrEqual(again);
  expect([...new Set(numbers)]).toEqual(Array.from({ length: events }, (_, n) => n + 1));
  expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
});
