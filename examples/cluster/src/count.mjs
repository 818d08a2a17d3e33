import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from '@eventwire/client';
import { startCluster } from './programs.mjs';

/**
 * Followers and a publisher behind the proxy, while the processes are killed (or stopped, by SIGTERM) in turn.
 *
 * @typedef {{ followers: number, events: number, kills: number }} Numbers
 * @typedef {{ signal?: 'SIGKILL' | 'SIGTERM', hang?: number, programs?: Parameters<typeof startCluster>[0], log?: (line: string) => void }} Means
 * @param {Numbers & Means} options
 * `hang`: ms for which Redis hangs, once, in the middle.
 *
 * @returns each follower's ids with their data, and how often something was killed, or published again for want of an answer
 */
export async function count({
  followers,
  events,
  kills,
  signal = 'SIGKILL',
  hang = 0,
  programs,
  log = () => {},
}) {
  const cluster = await startCluster(programs);
  /** @type {string[][]} */
  const lists = Array.from({ length: followers }, () => []);
  let gaps = 0;
  let connections = 0;
  let open = 0;
  const streams = lists.map((list) => {
    let opened = false;
    return connect(cluster.url, {
      reconnect: { initialDelay: 200, maxDelay: 1000 },
      onOpen: () => {
        connections++;
        if (!opened) open++;
        opened = true;
      },
      onGap: () => void gaps++,
      onEvent: ({ lastEventId, data }) => void list.push(`${lastEventId} ${data}`),
    });
  });
  try {
    // Each has its place in the log before the first event: from then on it can lose none.
    while (open < followers || streams.some(({ lastEventId }) => lastEventId === '')) await sleep(20);
    let again = 0;
    let killed = 0;
    let restarting = Promise.resolve();
    let hanging = Promise.resolve();
    const perKill = Math.ceil(events / kills);
    for (let n = 1; n <= events; n++) {
      if (hang > 0 && n === Math.ceil(events / 2)) {
        log(`${n - 1} published; Redis hangs for ${hang} ms`);
        hanging = cluster.hang(hang);
      }
      while (!(await publish(cluster.url, String(n)))) again++;
      if (n % perKill !== 0) continue;
      await restarting;
      const index = killed++ % 3;
      log(`${n} published; process ${index + 1} is killed`);
      restarting = cluster.restart(index, signal);
    }
    await Promise.all([restarting, hanging]);
    const last = () => lists.map((list) => list.at(-1)?.split(' ')[1]);
    while (last().some((data) => data !== String(events))) await sleep(20);
    return { lists, gaps, connections, again, killed };
  } finally {
    for (const stream of streams) stream.close();
    await cluster.stop();
  }
}

/** Whether it was answered that it is in the log. Under one key it is there once, however often it is asked for. @param {string} url @param {string} body */
async function publish(url, body) {
  try {
    const response = await fetch(url, {
      ...{ method: 'POST', body, headers: { 'Idempotency-Key': body } },
      signal: AbortSignal.timeout(10_000),
    });
    await response.text();
    return response.ok;
  } catch {
    return false;
  }
}
