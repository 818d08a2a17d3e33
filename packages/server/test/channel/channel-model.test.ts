import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createChannel, createMemoryLog } from '../../src/index';
import { FakeSubscriber } from '../helpers/fake-subscriber';
import { settled } from '../helpers/helpers';
import { remote } from '../helpers/remote-log';
import {
  type Guest,
  judge,
  type Kind,
  kinds,
  nextOf,
  policies,
  scenario,
  seq,
  topicOf,
} from './channel-model';

/** `RUNS=2000 npx vitest run channel-model` for long. A failure prints its seed. */
const numRuns = Number(process.env.RUNS ?? 60);

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

it(
  'gives every subscriber what the log says: all, once, in order, whatever comes in between',
  async () => {
    await fc.assert(
      fc.asyncProperty(scenario, async ({ maxEvents, isRemote, selecting, before, delays, ...given }) => {
        const memory = createMemoryLog({ maxEvents });
        const [epoch = ''] = (await memory.lastId()).split('.');
        let next = 0;
        const delay = () => delays[next++ % delays.length] ?? 0;
        const far = isRemote ? remote(memory, delay, before) : undefined;
        const errors: unknown[] = [];
        const metrics = new Map<string, number>();
        const channel = createChannel({
          log: far ?? memory,
          maxQueueBytes: given.maxQueueBytes,
          ...policies[given.policy],
          onError: (error) => errors.push(error),
          onMetric: (metric, change) => metrics.set(metric, (metrics.get(metric) ?? 0) + change),
        });
        let published = 0;
        let cut = false;
        const all: Guest[] = [];
        const join = (lastEventId: string, initial = false, kind?: Kind) => {
          const subscriber = new FakeSubscriber(lastEventId);
          const chosen = kind ?? (kinds[selecting ? all.length % kinds.length : 0] as Kind);
          channel.subscribe(subscriber, { ...chosen.options, ...(initial && { initial: () => ['state'] }) });
          all.push({ subscriber, initial, kind: chosen });
        };

        for (const { do: what, n } of given.commands) {
          const who = all[n % Math.max(all.length, 1)];
          if (what === 'publish') {
            for (let i = 0; i < n; i++) {
              published++;
              channel.publish(`${published}`, { topic: topicOf(published) });
            }
          } else if (what === 'fresh') join('', n === 1);
          else if (what === 'at') join(`${epoch}.${Math.min(n, published)}`);
          else if (what === 'foreign') join('elsewhere.1', n === 1);
          else if (what === 'stuck' && who) who.subscriber.stuck = true;
          else if (what === 'drain' && who) {
            who.subscriber.stuck = n % 3 === 0;
            who.subscriber.drain();
          } else if (what === 'resume' && who) {
            // Also who was disconnected for being slow.
            who.subscriber.close();
            join(who.subscriber.cursor, false, who.kind);
          } else if (what === 'turn') for (let i = 0; i < n; i++) await turn();
          else if (what === 'microtask') for (let i = 0; i < n; i++) await Promise.resolve();
          else if (what === 'cut' && far) {
            far.cut();
            cut = true;
          }
        }
        for (const { subscriber } of all) {
          subscriber.stuck = false;
          subscriber.drain();
        }
        const behind = () =>
          all.some(({ subscriber: { signal, cursor }, kind }) => {
            if (signal.aborted) return false;
            return !cursor.startsWith(`${epoch}.`) || nextOf(kind, seq(cursor)) <= published;
          });
        // Time, and not turns: the feed may be resting.
        for (const until = performance.now() + 5000; behind() && performance.now() < until; ) await settled();

        expect(errors).toEqual([]);
        const truth = { epoch, published, maxEvents, before: !isRemote || before, policy: given.policy, cut };
        for (const guest of all) judge(guest, truth);
        await settled();
        const { slow, ...counts } = channel.stats();
        expect(counts).toMatchObject({ queueBytes: 0, published, subscribers: channel.size });
        expect(slow).toBe(0);
        for (const [metric, count] of Object.entries(counts))
          expect([metric, metrics.get(metric) ?? 0]).toEqual([metric, count]);
        await channel.close();
      }),
      { numRuns },
    );
  },
  numRuns * 1000,
);
