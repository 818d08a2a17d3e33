import { expect, it } from 'vitest';
import { Selection } from '../../src/channel/selection';
import { type LiveSubscription, TopicIndex } from '../../src/channel/topic-index';
import type { LoggedEvent } from '../../src/index';

/** Live members of which every look is counted, at themselves and at their topics. */
function crowd() {
  const groups = new TopicIndex();
  let looks = 0;
  class WatchedTopics extends Set<string> {
    override has(topic: string): boolean {
      looks++;
      return super.has(topic);
    }
    override [Symbol.iterator]() {
      looks++;
      return super[Symbol.iterator]();
    }
  }
  const join = (...topics: string[]) => {
    const selection = new Selection({ topics }, undefined);
    Object.assign(selection, { topics: new WatchedTopics(topics) });
    const delivered: string[] = [];
    const member: LiveSubscription = {
      get selection() {
        looks++;
        return selection;
      },
      get cursor() {
        looks++;
        return '';
      },
      deliver: (events) => {
        looks++;
        delivered.push(...events.map(({ id }) => id));
      },
      lost: () => {},
      fail: () => {},
    };
    groups.add(member);
    return delivered;
  };
  /** The looks that it takes to deliver. */
  const deliver = (events: readonly LoggedEvent[]) => {
    const before = looks;
    groups.deliver(events);
    return looks - before;
  };
  return { join, deliver };
}

const event = (id: string, topic: string): LoggedEvent => ({
  ...{ id, wireId: undefined, topic, topics: [topic], attributes: {}, event: {} },
  frame: new TextEncoder().encode(`id: ${id}\n\n`),
});

it('what a delivery costs grows with the subscribers of its topics, and not with the others', () => {
  const events = [event('1', 'own'), event('2', 'elsewhere'), event('3', 'own')];
  const costOf = (own: number, others: number) => {
    const { join, deliver } = crowd();
    const lists = Array.from({ length: own }, () => join('own'));
    // Half of them with a choice that nobody else has.
    for (let n = 0; n < others; n++) join('other', ...(n % 2 === 0 ? [`${n}`] : []));
    const cost = deliver(events);
    for (const list of lists) expect(list).toEqual(['1', '3']);
    return cost;
  };
  const alone = costOf(10, 0);
  expect(alone).toBeGreaterThanOrEqual(10);
  expect(costOf(10, 2000)).toBe(alone);
  expect(costOf(100, 2000) - costOf(10, 2000)).toBe(90);
});

it('each gets it once, in order, but not who leaves through what is done with another', () => {
  const groups = new TopicIndex();
  const selection = new Selection({}, undefined);
  const got: number[] = [];
  const member = (n: number): LiveSubscription => ({
    ...{ selection, cursor: '', lost: () => {}, fail: () => {} },
    deliver: () => {
      got.push(n);
      if (n === 3) for (const index of [2, 5, 30]) groups.delete(members[index] as LiveSubscription);
    },
  });
  const members = Array.from({ length: 40 }, (_, n) => member(n));
  for (const one of members) groups.add(one);
  groups.deliver([event('1', 'any')]);
  expect(got).toEqual(members.map((_, n) => n).filter((n) => n !== 5 && n !== 30));
});
