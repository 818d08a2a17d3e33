import { count } from './count.mjs';

const started = performance.now();
const { REDIS_SERVER_PATH: redis, NGINX_PATH: nginx } = process.env;
const { lists, gaps, connections, again, killed } = await count({
  followers: 20,
  events: 2000,
  kills: 9,
  programs: { redis, nginx },
  log: console.log,
});
const [first = []] = lists;
const same = lists.filter((list) => list.join() === first.join()).length;
const numbers = new Set(first.map((line) => line.split(' ')[1]));
console.log(`
2000 numbers published through the proxy, ${again} of them again, since no answer came; ${killed} processes killed.
${lists.length} followers, ${connections} connections, ${gaps} gaps.
The first has ${first.length} events with ${numbers.size} numbers; ${same} of ${lists.length} have exactly the same list.
${((performance.now() - started) / 1000).toFixed(1)} s`);
if (same !== lists.length || first.length !== 2000 || numbers.size !== 2000 || gaps > 0) process.exitCode = 1;
