import type { LoggedEvent } from '../log/event-log';
import { join } from '../wire/frames';
import { byTopics, type Selection } from './selection';

/** A live subscription: everything that it selects has been written to it, up to the last delivery. */
export interface LiveSubscription {
  readonly selection: Selection;
  readonly cursor: string;
  /**
   * Events of its topics, which follow what was delivered before, and their blocks as one frame. Does not
   * throw.
   */
  deliver(events: readonly LoggedEvent[], frame: Uint8Array): void;
  /**
   * No longer live: the log's tail has a gap behind `position`, and the subscription has to read the log
   * itself.
   */
  lost(position: string): void;
}

interface Group {
  readonly topics: ReadonlySet<string> | undefined;
  readonly subscriptions: Set<LiveSubscription>;
}

/**
 * Live subscriptions by their topics: what is published costs nothing for those who have not chosen its
 * topic.
 */
export class TopicIndex {
  readonly #groups = new Map<string, Group>();
  readonly #byTopic = new Map<string, Set<Group>>();

  add(subscription: LiveSubscription): void {
    const { key, topics } = subscription.selection;
    let group = this.#groups.get(key);
    if (!group) {
      group = { topics, subscriptions: new Set() };
      this.#groups.set(key, group);
      for (const topic of topics ?? []) {
        const groups = this.#byTopic.get(topic);
        if (groups) groups.add(group);
        else this.#byTopic.set(topic, new Set([group]));
      }
    }
    group.subscriptions.add(subscription);
  }

  delete(subscription: LiveSubscription): void {
    const { key, topics } = subscription.selection;
    const group = this.#groups.get(key);
    if (!group?.subscriptions.delete(subscription) || group.subscriptions.size > 0) return;
    this.#groups.delete(key);
    for (const topic of topics ?? []) {
      const groups = this.#byTopic.get(topic);
      groups?.delete(group);
      if (groups?.size === 0) this.#byTopic.delete(topic);
    }
  }

  deliver(events: readonly LoggedEvent[]): void {
    for (const { topics, subscriptions } of this.#concerned(events)) {
      const selected = byTopics(events, topics);
      const frame = join(selected.map((event) => event.frame));
      for (const subscription of subscriptions) subscription.deliver(selected, frame);
    }
  }

  /** All of them, who are then in no group. */
  clear(): LiveSubscription[] {
    const subscriptions = [...this.#groups.values()].flatMap((group) => [...group.subscriptions]);
    this.#groups.clear();
    this.#byTopic.clear();
    return subscriptions;
  }

  #concerned(events: readonly LoggedEvent[]): Set<Group> {
    const concerned = new Set<Group>();
    const everything = this.#groups.get('');
    if (everything) concerned.add(everything);
    for (const { topic } of events) {
      if (topic === undefined) continue;
      for (const group of this.#byTopic.get(topic) ?? []) concerned.add(group);
    }
    return concerned;
  }
}
