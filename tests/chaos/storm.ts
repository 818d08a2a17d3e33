import { setTimeout as delay } from 'node:timers/promises';
import { createMemoryLog, type EventLog } from '@eventwire/server-node';
import { seededRandom } from '../support/random';
import { type ChaosProxy, createChaosProxy } from './chaos-proxy';
import { type Fault, faults, plans } from './faults';
import { payload, Reader } from './reader';
import { styles } from './reader-styles';
import { createRestartingOrigin } from './restarting-origin';

/** Events that the server holds: much fewer than it sends, so that whatever grows is a leak. */
const HELD = 1000;
/** How far a reader may be behind when the next event is published: no further than what is held. */
const BEHIND = 400;

export interface StormOptions {
  seed: number;
  /** Asked before each burst of events, with those published so far, and whether all that is to be seen has happened by then. */
  goesOn(published: number, sawAll: boolean): boolean;
}

export interface StormReport {
  published: number;
  readers: readonly Reader[];
  restarts: number;
  happened: Record<Fault, number>;
}

/**
 * Events are published while readers follow them, each through a proxy of its own at which every connection comes to harm. Rejects
 * with the first event that a reader gets otherwise than its style allows.
 */
export async function storm(options: StormOptions): Promise<StormReport> {
  const { seed } = options;
  const log = createMemoryLog({ maxEvents: HELD });
  const { id } = await log.append('the place to start behind');
  await using origin = await createRestartingOrigin(log);
  const proxies: ChaosProxy[] = [];
  const readers: Reader[] = [];
  try {
    for (const [index, style] of styles.entries()) {
      const proxy = await createChaosProxy(origin, plans(seededRandom(seed + 1 + index)));
      proxies.push(proxy);
      readers.push(new Reader(style, proxy.url, id, seededRandom(seed + 1001 + index)));
    }
    const total = (fault: Fault) =>
      proxies.reduce((sum, { happened }) => sum + (happened.get(fault) ?? 0), 0);
    const sawAll = () =>
      origin.restarts > 1 &&
      faults.every((fault) => total(fault) > 0) &&
      readers.every((reader) => reader.style.counts?.every((counter) => reader[counter] > 0) ?? true);
    const published = await publish(log, readers, {
      seed,
      goesOn: (count) => options.goesOn(count, sawAll()),
    });
    for (const reader of readers) reader.close();
    await Promise.all(readers.map(({ done }) => done));
    return {
      published,
      readers,
      restarts: origin.restarts,
      happened: Object.fromEntries(faults.map((fault) => [fault, total(fault)])) as Record<Fault, number>,
    };
  } finally {
    for (const reader of readers) reader.close();
    await Promise.all(proxies.map((proxy) => proxy[Symbol.asyncDispose]()));
  }
}

/** In bursts, so that some events are read from the log and some live; resolves once every reader has read all of them. */
async function publish(
  log: EventLog,
  readers: Reader[],
  { seed, goesOn }: { seed: number; goesOn(published: number): boolean },
) {
  const random = seededRandom(seed);
  let published = 0;
  const catchUp = async (behind: number) => {
    for (const reader of readers) {
      while (published - reader.received > behind) {
        // Not a race with its end: every race would leave something on that promise, and look like a leak.
        reader.check();
        await delay(1);
      }
    }
  };
  while (goesOn(published)) {
    for (let burst = Math.ceil(random() * 20); burst > 0; burst--) {
      await log.append({ type: 'numbered', data: payload(published++) });
    }
    await delay(1);
    await catchUp(BEHIND);
  }
  await catchUp(0);
  return published;
}

/** What happened, in lines for people. */
export function describeStorm({ published, readers, restarts, happened }: StormReport): string {
  return [
    `${published} events to ${readers.length} readers, ${restarts} restarts`,
    Object.entries(happened)
      .map(([fault, times]) => `${fault} ${times}`)
      .join(', '),
    ...readers.map(({ style, ...reader }) =>
      [
        `${style.name}: ${reader.attempts} attempts`,
        ...(style.counts ?? []).map((counter) => `${counter} ${reader[counter]}`),
      ].join(', '),
    ),
  ].join('\n');
}
