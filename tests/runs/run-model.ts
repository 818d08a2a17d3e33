import type { Claim, LogEnd, LoggedEvent, RunLog, RunState } from '@eventwire/server';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, vi } from 'vitest';

/** What a test knows of a run and of the store beneath it. */
export interface Subject {
  /** The run's log, in the process that is asked now. */
  log(): RunLog;
  /** Lets time pass; without it, time is never asked to. */
  advance?(ms: number): Promise<void>;
  /** Closes the store and opens it again, as a process that is restarted. */
  reopen?(): Promise<void>;
}

interface ModelClaim {
  readonly term: number;
  readonly life: number;
}

interface Life {
  readonly number: number;
  term: number;
  lease: number;
  ttl: number;
  leaseUntil: number;
  expires: number;
  stopping: string | undefined;
  end: LogEnd | undefined;
  readonly data: string[];
}

const outcomeOf = (data: string) => (JSON.parse(data) as LogEnd).outcome;

/** A run as it should be: as slow and as plain as can be. */
class Model {
  now = 0;
  life: Life | undefined;
  lives = 0;
  readonly claims: ModelClaim[] = [];

  /** What has become of the run by now. */
  look(): Life | undefined {
    const { life } = this;
    if (life && !life.end && this.now >= life.leaseUntil) {
      const due = life.leaseUntil + life.lease;
      if (life.stopping !== undefined) this.finish(life, 'stopped', life.stopping, life.leaseUntil);
      else if (this.now >= due) this.finish(life, 'abandoned', '', due);
    }
    if (life && this.now >= life.expires) this.life = undefined;
    return this.life;
  }

  finish(life: Life, outcome: LogEnd['outcome'], reason: string, at = this.now): void {
    life.end = reason === '' ? { outcome } : { outcome, reason };
    life.expires = at + life.ttl;
    life.data.push(JSON.stringify(life.end));
  }
}

export class RunWorld {
  readonly model = new Model();
  readonly subject: Subject;
  readonly claims: Claim[] = [];
  /** The ids of each life, by the place of their event. */
  readonly ids: string[][] = [];

  constructor(subject: Subject) {
    this.subject = subject;
  }
}

export interface Command {
  readonly name: string;
  /** Does it to the store, and to the model; gives what each of them said. */
  run(world: RunWorld): Promise<{ is: unknown; should: unknown }>;
}

/** Does all of it, and expects of the store what the model says. */
export async function play(world: RunWorld, list: readonly Command[]): Promise<void> {
  for (const command of list) {
    const { is, should } = await command.run(world);
    expect(is, command.name).toEqual(should);
  }
}

/** A clock that stands still in the tests of this block but where it is moved on. */
export function useTestClock(): (ms: number) => Promise<void> {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['performance', 'Date', 'setTimeout', 'clearTimeout'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });
  return async (ms) => {
    vi.advanceTimersByTime(ms);
  };
}

export const codeOf = async (action: () => unknown): Promise<unknown> => {
  try {
    return await action();
  } catch (error) {
    return (error as { code?: unknown }).code ?? error;
  }
};

const plain = (state: RunState) =>
  state.status === 'running'
    ? { status: state.status, stopping: state.stopping }
    : state.status === 'ended'
      ? { status: state.status, outcome: state.outcome, reason: state.reason }
      : state;

const expectedState = (life: Life | undefined) => {
  if (!life) return { status: 'missing' };
  if (!life.end) return { status: 'running', stopping: life.stopping };
  return { status: 'ended', outcome: life.end.outcome, reason: life.end.reason };
};

const dataOf = (events: readonly LoggedEvent[]) => events.map(({ event }) => event.data);

const claim = (lease: number, ttl: number): Command => ({
  name: `claim(${lease}, ${ttl})`,
  async run({ model, subject, claims, ids }) {
    const given = await subject.log().claim({ lease, ttl });
    let life = model.look();
    const free = !life || (!life.end && model.now >= life.leaseUntil);
    if (!free) return { is: given, should: undefined };
    life ??= {
      number: model.lives++,
      term: 0,
      lease,
      ttl,
      leaseUntil: 0,
      expires: Infinity,
      stopping: undefined,
      end: undefined,
      data: [],
    };
    model.life = life;
    ids[life.number] ??= [];
    Object.assign(life, { term: life.term + 1, lease, ttl, leaseUntil: model.now + lease });
    model.claims.push({ term: life.term, life: life.number });
    if (given) claims.push(given);
    return {
      is: given && { attempt: given.attempt, resumed: given.resumed, stopped: given.stop.aborted },
      should: { attempt: life.term, resumed: life.term > 1, stopped: false },
    };
  },
});

const append = (of: number, data: string, end: LogEnd | undefined): Command => ({
  name: end ? `end(${of}, ${end.outcome})` : `append(${of}, ${data})`,
  async run({ model, subject, claims, ids }) {
    const index = claims.length === 0 ? 0 : of % claims.length;
    const held = claims[index];
    if (!held) return { is: undefined, should: undefined };
    const event = end ? { type: 'eventwire:end', data: JSON.stringify(end) } : data;
    const appended = await codeOf(() => subject.log().append(event, { term: held.term, end }));
    const life = model.look();
    const known = model.claims[index] as ModelClaim;
    if (!life || known.life !== life.number || known.term !== life.term)
      return { is: appended, should: 'FENCED' };
    if (life.end) return { is: appended, should: 'ENDED' };
    life.leaseUntil = model.now + life.lease;
    if (end) model.finish(life, end.outcome, end.reason ?? '');
    else life.data.push(data);
    const { id, event: fields } = appended as LoggedEvent;
    ids[life.number]?.push(id);
    return { is: fields?.data, should: life.data.at(-1) };
  },
});

const renew = (of: number): Command => ({
  name: `renew(${of})`,
  async run({ model, claims }) {
    const index = claims.length === 0 ? 0 : of % claims.length;
    const held = claims[index];
    if (!held) return { is: undefined, should: undefined };
    const is = await codeOf(() => held.renew());
    const life = model.look();
    const known = model.claims[index] as ModelClaim;
    if (!life || known.life !== life.number || known.term !== life.term) return { is, should: 'FENCED' };
    if (life.end) return { is, should: 'ENDED' };
    life.leaseUntil = model.now + life.lease;
    return { is, should: undefined };
  },
});

const release = (of: number): Command => ({
  name: `release(${of})`,
  async run({ model, claims }) {
    const index = claims.length === 0 ? 0 : of % claims.length;
    const is = await codeOf(() => claims[index]?.release());
    const life = model.look();
    const known = model.claims[index];
    if (life && !life.end && known?.life === life.number && known.term === life.term) {
      life.leaseUntil = Math.min(life.leaseUntil, model.now);
      model.look();
    }
    return { is, should: undefined };
  },
});

const stop = (reason: string): Command => ({
  name: `stop(${reason})`,
  async run({ model, subject }) {
    const is = await subject.log().requestStop(reason === '' ? undefined : reason);
    const life = model.look();
    const should = life !== undefined && life.end === undefined;
    if (life && !life.end) {
      life.stopping ??= reason;
      if (model.now >= life.leaseUntil) model.finish(life, 'stopped', life.stopping);
    }
    return { is, should };
  },
});

const state: Command = {
  name: 'state()',
  async run({ model, subject }) {
    return { is: plain(await subject.log().state()), should: expectedState(model.look()) };
  },
};

const remove: Command = {
  name: 'delete()',
  async run({ model, subject }) {
    await subject.log().delete();
    model.life = undefined;
    return { is: 0, should: 0 };
  },
};

const advance = (ms: number): Command => ({
  name: `advance(${ms})`,
  async run({ model, subject }) {
    await subject.advance?.(ms);
    if (subject.advance) model.now += ms;
    return { is: 0, should: 0 };
  },
});

const reopen: Command = {
  name: 'reopen()',
  async run({ subject }) {
    await subject.reopen?.();
    return { is: 0, should: 0 };
  },
};

/** Everything behind some place, page by page. */
const read = (from: number): Command => ({
  name: `read(${from})`,
  async run({ model, subject, ids }) {
    const log = subject.log();
    const life = model.look();
    if (!life) return { is: await codeOf(() => log.read('', { limit: 2 })), should: 'MISSING' };
    const known = ids[life.number] ?? [];
    const place = known.length === 0 ? 0 : from % (known.length + 1);
    const data: unknown[] = [];
    let [after, end] = [place === 0 ? '' : (known[place - 1] ?? ''), undefined as LogEnd | undefined];
    for (;;) {
      const page = await log.read(after, { limit: 3 });
      if (page.gap) data.push('gap');
      data.push(...dataOf(page.events));
      end = page.end;
      const last = page.events.at(-1);
      if (!last || page.end) break;
      after = last.id;
    }
    // An end that the store wrote by itself has no id that we know.
    return {
      is: { data, end: end?.outcome },
      should: {
        data: life.data.slice(place),
        end: life.end && outcomeOf(life.data.at(-1) ?? '{}'),
      },
    };
  },
});

const LEASES = [40, 100, 1000];

/**
 * Some commands, one after the other.
 *
 * @param timeless without the passing of time: leases are long, and lapse by being given up alone
 */
export function commands(timeless = false): fc.Arbitrary<Command[]> {
  const which = fc.nat(7);
  const lease = timeless ? fc.constant(1_000_000) : fc.constantFrom(...LEASES);
  const text = fc.constantFrom('a', 'b', 'c\nd', '', 'é漢😀');
  const end = fc.record({
    outcome: fc.constantFrom('done' as const, 'failed' as const, 'stopped' as const),
    reason: fc.constantFrom(undefined, 'because'),
  });
  const one: fc.Arbitrary<Command> = fc.oneof(
    {
      weight: 4,
      arbitrary: fc
        .tuple(lease, timeless ? fc.constant(1_000_000) : fc.constantFrom(0, 50, 5000))
        .map(([l, ttl]) => claim(l, ttl)),
    },
    { weight: 6, arbitrary: fc.tuple(which, text).map(([of, data]) => append(of, data, undefined)) },
    { weight: 1, arbitrary: fc.tuple(which, end).map(([of, last]) => append(of, '', clean(last))) },
    { weight: 2, arbitrary: which.map(renew) },
    { weight: 2, arbitrary: which.map(release) },
    { weight: 1, arbitrary: fc.constantFrom('', 'enough').map(stop) },
    { weight: 2, arbitrary: fc.constant(state) },
    { weight: 1, arbitrary: fc.constant(remove) },
    { weight: 3, arbitrary: which.map(read) },
    { weight: timeless ? 0 : 4, arbitrary: fc.constantFrom(5, 39, 40, 41, 99, 101, 2000).map(advance) },
    { weight: 1, arbitrary: fc.constant(reopen) },
  );
  return fc.array(one, { minLength: 1, maxLength: 40, size: 'max' });
}

const clean = ({ outcome, reason }: { outcome: LogEnd['outcome']; reason: string | undefined }): LogEnd =>
  reason === undefined ? { outcome } : { outcome, reason };
