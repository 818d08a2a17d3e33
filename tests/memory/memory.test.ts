import { expect, it } from 'vitest';
import { startMeasuredServer } from './measured-server';
import { RawClient } from './raw-client';

/** `pnpm test:memory` takes the numbers, `npm test` fewer. */
const subscribers = Number(process.env.EVENTWIRE_SUBSCRIBERS ?? 100);
const stuck = subscribers / 10;
const events = 6000;
const size = 1000;

/** What one stuck client may hold by itself: its list of events, and what its socket has not taken. */
const PER_STUCK = 128 * 1024;
/** The log, one queue's worth of events, which all who are stuck share, and what the collector leaves. */
const SHARED = 8 * 1024 * 1024;

const mb = (bytes: number) => `${(bytes / 1024 / 1024).toFixed(1)} MB`;

it.each(['disconnect', 'drop-oldest', 'latest'])(
  `stays bounded where one in ten never reads: %s`,
  async (policy) => {
    await using server = await startMeasuredServer(policy);
    const open = (count: number, path: string, reads: boolean) =>
      Promise.all(Array.from({ length: count }, () => RawClient.open(server.port, path, reads)));
    const before = await server.tell({ do: 'measure' });
    const readers = await open(subscribers - stuck, '/reader', true);
    const idle = await open(stuck, '/stuck', false);
    const connected = await server.tell({ do: 'measure' });
    expect(connected.stats.subscribers).toBe(subscribers);

    const after = await server.tell({ do: 'publish', events, size });
    const { stats } = after;
    const growth = after.memory.held - connected.memory.held;
    console.log(
      [
        `${policy}: ${subscribers} subscribers, ${stuck} of them never read; ${events} events of ${size} bytes`,
        `  connected: ${mb(connected.memory.held - before.memory.held)} in all (resident ${mb(connected.memory.rss)})`,
        `  published: ${mb(growth)} more (resident ${mb(after.memory.rss)}); ${mb(stuck * events * size)} without a bound`,
        `  ${JSON.stringify(stats)}`,
      ].join('\n'),
    );
    expect(growth).toBeLessThan(SHARED + stuck * PER_STUCK);
    if (policy === 'disconnect') expect(stats).toMatchObject({ evicted: stuck, slow: 0, queueBytes: 0 });
    else {
      expect(stats).toMatchObject({ evicted: 0, slow: stuck, subscribers });
      expect(stats.queueBytes).toBeLessThanOrEqual(stuck * 1024 * 1024);
      expect(stats.queueBytes).toBeGreaterThan(0);
      expect(stats.dropped).toBeGreaterThan(0);
    }
    // Who reads got it all, however many do not.
    await expect
      .poll(() => readers.filter(({ received }) => received > events * size).length)
      .toBe(readers.length);

    for (const client of [...readers, ...idle]) client.destroy();
    await expect
      .poll(async () => (await server.tell({ do: 'measure' })).stats.subscribers, { timeout: 30_000 })
      .toBe(0);
    const end = await server.tell({ do: 'measure' });
    console.log(
      `  all gone: ${mb(end.memory.held - before.memory.held)} more than at the start, log included`,
    );
    expect(end.memory.held - before.memory.held).toBeLessThan(SHARED);
  },
);
