import fc from 'fast-check';
import { expect } from 'vitest';
import type { ChannelOptions, LoggedEvent, SubscribeOptions } from '../../src/index';
import type { FakeSubscriber } from '../helpers/fake-subscriber';

export const seq = (id: string | undefined) => Number(id?.split('.')[1]);

/** Events with even numbers have no topic. */
export const topicOf = (n: number) => (n % 4 === 1 ? 'a' : n % 4 === 3 ? 'b' : undefined);

/** What is chosen by a subscriber of each kind, and which numbers that are. */
export interface Kind {
  readonly options: SubscribeOptions;
  selects(n: number): boolean;
}

export const kinds: readonly Kind[] = [
  { options: {}, selects: () => true },
  { options: { topics: ['a'] }, selects: (n) => topicOf(n) === 'a' },
  { options: { topics: ['b', 'a'] }, selects: (n) => n % 2 === 1 },
  {
    options: { topics: ['b', { key: 'a', matches: (topic) => topic === 'a' }] },
    selects: (n) => n % 2 === 1,
  },
  { options: { filter: ({ id }) => seq(id) % 5 !== 0 }, selects: (n) => n % 5 !== 0 },
  {
    options: { topics: ['a'], filter: ({ topic, event }) => topic === 'a' && event.data !== '9' },
    selects: (n) => topicOf(n) === 'a' && n !== 9,
  },
];

export function nextOf({ selects }: Kind, after: number): number {
  let n = after + 1;
  while (!selects(n)) n++;
  return n;
}

const keyOf = (n: number) => `${n % 3}`;

export const policies = {
  disconnect: {},
  'drop-oldest': { slowSubscriber: 'drop-oldest' },
  latest: { slowSubscriber: 'latest', coalesceKey: ({ id }: LoggedEvent) => keyOf(seq(id)) },
} satisfies Record<string, ChannelOptions>;
export type Policy = keyof typeof policies;

const small = fc.integer({ min: 1, max: 4 });
const who = fc.nat(9);

/** One thing that happens; whom or how much is `n`. */
const command = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('publish' as const), n: small }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('publish' as const), n: fc.constant(300) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('fresh' as const), n: fc.nat(1) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('at' as const), n: fc.nat(60) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('foreign' as const), n: fc.nat(1) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('stuck' as const), n: who }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('drain' as const), n: who }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('resume' as const), n: who }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('turn' as const), n: small }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('microtask' as const), n: fc.integer({ min: 1, max: 9 }) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('cut' as const), n: fc.constant(0) }) },
);

export const scenario = fc.record({
  maxEvents: fc.constantFrom(3, 8, 40, 10_000),
  /** The log is behind a network, which may be cut. */
  isRemote: fc.boolean(),
  selecting: fc.boolean(),
  policy: fc.constantFrom<Policy>('disconnect', 'drop-oldest', 'latest'),
  maxQueueBytes: fc.constantFrom(0, 80, 400, 1024 * 1024),
  /** The log can say which cursor is before its oldest event. */
  before: fc.boolean(),
  delays: fc.array(fc.nat(3), { minLength: 1, maxLength: 20 }),
  commands: fc.array(command, { minLength: 5, maxLength: 60, size: 'max' }),
});

/** Who came, and from where. */
export interface Guest {
  readonly subscriber: FakeSubscriber;
  readonly initial: boolean;
  readonly kind: Kind;
}

/** What is known of the log once all is over. */
export interface Truth {
  readonly epoch: string;
  readonly published: number;
  readonly maxEvents: number;
  /** Whether a gap can be given the cursor before the oldest event. */
  readonly before: boolean;
  readonly policy: Policy;
  /** The tail has lost its place at times. */
  readonly cut: boolean;
}

/** Holds what one subscriber was sent to what the log says: all that it selects, once, in order, and nothing left out unsaid. */
export function judge({ subscriber, initial, kind }: Guest, truth: Truth): void {
  const { epoch, published, maxEvents, before, policy, cut } = truth;
  expect(subscriber.overrun).toBe(false);
  // Of what was never reached because it was cut at once, there is nothing to say.
  if (subscriber.signal.aborted && subscriber.frames.length === 0) return;
  let place: string | undefined = subscriber.lastEventId || undefined;
  /** Between a gap and the cursor behind the state; and the least that the cursor can be. */
  let bridged = false;
  let reached: number | undefined;
  /** Left out as `eventwire:lagged` has said, and where; what of it has not been come by yet. */
  const skipped: number[] = [];
  let owed = 0;
  const newest = new Map<string, number>();
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
        reached = oldest === null ? 0 : seq(oldest);
      } else if (oldest === null) expect(seq(id)).toBeGreaterThanOrEqual(0);
      else if (!before) expect(id).toBe(after);
      else expect(seq(id)).toBe(seq(oldest) - 1);
      place = initial || oldest === null ? id : `${epoch}.${seq(oldest) - 1}`;
      bridged = initial;
    } else if (type === 'eventwire:lagged') {
      expect(policy).not.toBe('disconnect');
      const { dropped } = JSON.parse(data ?? '') as { dropped: number };
      expect(dropped).toBeGreaterThan(0);
      owed += dropped;
    } else if (data === 'state') {
      expect(initial).toBe(true);
    } else {
      expect(data).toBe(`${seq(id)}`);
      expect(kind.selects(seq(id))).toBe(true);
      for (let n = nextOf(kind, seq(place)); n < seq(id); n = nextOf(kind, n)) skipped.push(n);
      expect(seq(id)).toBeGreaterThan(seq(place));
      expect(skipped.length).toBeLessThanOrEqual(owed);
      newest.set(keyOf(seq(id)), seq(id));
      place = id;
    }
  }
  if (subscriber.signal.aborted) return;
  expect(nextOf(kind, seq(place))).toBeGreaterThan(published);
  // Where the tail is lost, what was dropped is read from the log after all.
  if (!cut) expect(skipped.length).toBe(owed);
  if (policy !== 'latest') return;
  for (const n of skipped) expect(newest.get(keyOf(n))).toBeGreaterThan(n);
}
