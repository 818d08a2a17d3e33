import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  createChannel,
  createMemoryLog,
  type EventLog,
  type LogPage,
  type SubscribeOptions,
} from '../src/index';
import { FakeSubscriber } from './fake-subscriber';
import { settled } from './helpers';

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** A log as behind a network: everything takes a while, the tail lags, and may lose its place. */
function remote(log: EventLog, delay: () => number, before: boolean): EventLog & { cut(): void } {
  const later = async <T>(value: () => T | Promise<T>): Promise<T> => {
    for (let n = delay(); n > 0; n--) await turn();
    const result = await value();
    for (let n = delay(); n > 0; n--) await turn();
    return result;
  };
  const cuts = new Set<() => void>();
  const cursorBefore = log.cursorBefore?.bind(log);
  return {
    append: async (event, options) => log.append(event, options),
    head: () => later(() => log.head()),
    compare: (a, b) => log.compare(a, b),
    read: (after, options) => later(() => log.read(after, options)),
    async tail(after, listener, signal) {
      let queue: Promise<unknown> = Promise.resolve();
      let waiting: LogPage | undefined;
      const own = new AbortController();
      signal.addEventListener('abort', () => own.abort());
      const deliver = (page: LogPage) => {
        if (waiting && !waiting.gap && !page.gap) {
          waiting.events.push(...page.events);
          return;
        }
        const batch = { events: [...page.events], gap: page.gap };
        waiting = batch;
        queue = queue.then(() =>
          later(() => {
            if (waiting === batch) waiting = undefined;
            if (!signal.aborted) listener(batch);
          }),
        );
      };
      await later(() => log.tail(after, deliver, own.signal));
      const cut = () => {
        cuts.delete(cut);
        own.abort();
        deliver({ events: [], gap: true });
      };
      cuts.add(cut);
      signal.addEventListener('abort', () => cuts.delete(cut));
    },
    ...(before && cursorBefore ? { cursorBefore } : {}),
    cut() {
      for (const cut of [...cuts]) cut();
    },
  };
}

const seq = (id: string | undefined) => Number(id?.split('.')[1]);

/** What is chosen by a subscriber of each kind, and which numbers that are. Events with even numbers over 2 have no topic. */
const topicOf = (n: number) => (n % 4 === 1 ? 'a' : n % 4 === 3 ? 'b' : undefined);
const kinds: { options: SubscribeOptions; selects(n: number): boolean }[] = [
  { options: {}, selects: () => true },
  { options: { topics: ['a'] }, selects: (n) => topicOf(n) === 'a' },
  { options: { topics: ['b', 'a'] }, selects: (n) => n % 2 === 1 },
  { options: { filter: ({ id }) => seq(id) % 5 !== 0 }, selects: (n) => n % 5 !== 0 },
  {
    options: { topics: ['a'], filter: ({ topic, event }) => topic === 'a' && event.data !== '9' },
    selects: (n) => topicOf(n) === 'a' && n !== 9,
  },
];
type Kind = (typeof kinds)[number];

function nextOf({ selects }: Kind, after: number): number {
  let n = after + 1;
  while (!selects(n)) n++;
  return n;
}

const command = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('publish' as const), n: fc.integer({ min: 1, max: 4 }) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('publish' as const), n: fc.constant(300) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('fresh' as const), n: fc.nat(1) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('at' as const), n: fc.nat(60) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('foreign' as const), n: fc.nat(1) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('stuck' as const), n: fc.nat(9) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('drain' as const), n: fc.nat(9) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('resume' as const), n: fc.nat(9) }) },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('turn' as const), n: fc.integer({ min: 1, max: 4 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('microtask' as const), n: fc.integer({ min: 1, max: 9 }) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('cut' as const), n: fc.constant(0) }) },
);

const scenario = fc.record({
  maxEvents: fc.constantFrom(3, 8, 40, 10_000),
  isRemote: fc.boolean(),
  selecting: fc.boolean(),
  before: fc.boolean(),
  delays: fc.array(fc.nat(3), { minLength: 1, maxLength: 20 }),
  commands: fc.array(command, { minLength: 5, maxLength: 60, size: 'max' }),
});

it('gives every subscriber what the log says: all, once, in order, whatever comes in between', async () => {
  await fc.assert(
    fc.asyncProperty(scenario, async ({ maxEvents, isRemote, selecting, before, delays, commands }) => {
      const memory = createMemoryLog({ maxEvents });
      const start = await memory.head();
      let next = 0;
      const delay = () => delays[next++ % delays.length] ?? 0;
      const far = isRemote ? remote(memory, delay, before) : undefined;
      const errors: unknown[] = [];
      const channel = createChannel({ log: far ?? memory, onError: (error) => errors.push(error) });
      const [epoch] = start.split('.');
      let published = 0;
      /** Who came, and from where. */
      const all: { subscriber: FakeSubscriber; initial: boolean; kind: Kind }[] = [];
      const join = (lastEventId: string, initial = false) => {
        const subscriber = new FakeSubscriber(lastEventId);
        const kind = kinds[selecting ? all.length % kinds.length : 0] as Kind;
        channel.subscribe(subscriber, { ...kind.options, ...(initial && { initial: () => ['state'] }) });
        all.push({ subscriber, initial, kind });
      };

      for (const { do: what, n } of commands) {
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
        } else if (what === 'resume' && who && !who.subscriber.signal.aborted) {
          who.subscriber.close();
          join(who.subscriber.cursor);
        } else if (what === 'turn') for (let i = 0; i < n; i++) await turn();
        else if (what === 'microtask') for (let i = 0; i < n; i++) await Promise.resolve();
        else if (what === 'cut') far?.cut();
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
      for (let i = 0; i < 500 && behind(); i++) await settled();

      expect(errors).toEqual([]);
      for (const { subscriber, initial, kind } of all) {
        expect(subscriber.overrun).toBe(false);
        // Of what was never reached because it was cut at once, there is nothing to say.
        if (subscriber.signal.aborted && subscriber.frames.length === 0) continue;
        let place: string | undefined = subscriber.lastEventId || undefined;
        /** Between a gap and the cursor behind the state; and the least that the cursor can be. */
        let bridged = false;
        let reached: number | undefined;
        for (const { type, id, data } of subscriber.blocks) {
          if (type === 'eventwire:cursor') {
            expect(bridged || place === undefined).toBe(true);
            if (reached !== undefined) expect(seq(id)).toBeGreaterThanOrEqual(reached);
            place = id;
            bridged = false;
          } else if (type === 'eventwire:gap') {
            const { after, oldest } = JSON.parse(data ?? '') as { after: string; oldest: string | null };
            // Its own place may be behind events that it has passed over.
            if (after !== place) expect(nextOf(kind, seq(place))).toBeGreaterThan(seq(after));
            // Honest: by now, the event after the cursor is gone, or it never was of this log.
            if (after.startsWith(`${epoch}.`)) expect(seq(after)).toBeLessThan(published - maxEvents);
            if (initial) {
              // The state comes again until the cursor behind it has arrived.
              expect(id).toBe(after);
              reached = seq(oldest ?? start);
            } else if (oldest === null) expect(seq(id)).toBeGreaterThanOrEqual(seq(start));
            else if (isRemote && !before) expect(id).toBe(after);
            else expect(seq(id)).toBe(seq(oldest) - 1);
            place = initial || oldest === null ? id : `${epoch}.${seq(oldest) - 1}`;
            bridged = initial;
          } else if (data === 'state') {
            expect(initial).toBe(true);
          } else {
            expect(seq(id)).toBe(nextOf(kind, seq(place)));
            expect(data).toBe(`${seq(id)}`);
            place = id;
          }
        }
        if (!subscriber.signal.aborted) expect(nextOf(kind, seq(place))).toBeGreaterThan(published);
      }
      await channel.close();
    }),
    { numRuns: Number(process.env.RUNS ?? 60) },
  );
}, 60_000);
