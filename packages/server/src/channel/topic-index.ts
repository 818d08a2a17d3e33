import type { LoggedEvent } from '../log/event-log';
import { join } from '../wire/frames';
import type { Selection, TopicPattern } from './selection';

/** A live subscription: everything that it selects has been written to it, up to the last delivery. */
export interface LiveSubscription {
  readonly selection: Selection;
  readonly cursor: string;
  /**
   * Events of its topics, which follow what was delivered before, and their blocks as one frame. Does not
   * throw.
   */
  deliver(events: readonly LoggedEvent[], frame: Uint8Array): void;
  /** A pattern of its selection has thrown: it is closed. Does not throw. */
  fail(error: unknown): void;
  /**
   * No longer live: the log's tail has a gap behind `position`, and the subscription has to read the log
   * itself.
   */
  lost(position: string): void;
}

interface Group {
  readonly selection: Selection;
  readonly subscriptions: Set<LiveSubscription>;
}

interface PatternGroups {
  readonly pattern: TopicPattern;
  readonly groups: Set<Group>;
}

/**
 * Live subscriptions by their topics: what is published costs nothing for those who have not chosen its
 * topic. A pattern costs one question for each event, however many have chosen it.
 */
export class TopicIndex {
  readonly #groups = new Map<string, Group>();
  readonly #byTopic = new Map<string, Set<Group>>();
  readonly #byPattern = new Map<string, PatternGroups>();

  add(subscription: LiveSubscription): void {
    const { selection } = subscription;
    let group = this.#groups.get(selection.key);
    if (!group) {
      group = { selection, subscriptions: new Set() };
      this.#groups.set(selection.key, group);
      for (const topic of selection.topics ?? []) {
        const groups = this.#byTopic.get(topic);
        if (groups) groups.add(group);
        else this.#byTopic.set(topic, new Set([group]));
      }
      for (const pattern of selection.patterns) {
        const known = this.#byPattern.get(pattern.key);
        if (known) known.groups.add(group);
        else this.#byPattern.set(pattern.key, { pattern, groups: new Set([group]) });
      }
    }
    group.subscriptions.add(subscription);
  }

  delete(subscription: LiveSubscription): void {
    const { key } = subscription.selection;
    const group = this.#groups.get(key);
    if (!group?.subscriptions.delete(subscription) || group.subscriptions.size > 0) return;
    this.#groups.delete(key);
    // The group's own, since equal selections may be several objects.
    const { topics, patterns } = group.selection;
    for (const topic of topics ?? []) {
      const groups = this.#byTopic.get(topic);
      groups?.delete(group);
      if (groups?.size === 0) this.#byTopic.delete(topic);
    }
    for (const { key } of patterns) {
      const known = this.#byPattern.get(key);
      known?.groups.delete(group);
      if (known?.groups.size === 0) this.#byPattern.delete(key);
    }
  }

  deliver(events: readonly LoggedEvent[]): void {
    for (const [{ subscriptions }, selected] of this.#selected(events)) {
      const frame = join(selected.map((event) => event.frame));
      for (const subscription of subscriptions) subscription.deliver(selected, frame);
    }
  }

  /** All of them, who are then in no group. */
  clear(): LiveSubscription[] {
    const subscriptions = [...this.#groups.values()].flatMap((group) => [...group.subscriptions]);
    this.#groups.clear();
    this.#byTopic.clear();
    this.#byPattern.clear();
    return subscriptions;
  }

  /** For each group that one of the events concerns, those events in order. */
  #selected(events: readonly LoggedEvent[]): Map<Group, readonly LoggedEvent[]> {
    const selected = new Map<Group, LoggedEvent[]>();
    const add = (group: Group, event: LoggedEvent) => {
      const list = selected.get(group);
      if (!list) selected.set(group, [event]);
      else if (list.at(-1) !== event) list.push(event);
    };
    for (const event of events) {
      for (const topic of event.topics) for (const group of this.#byTopic.get(topic) ?? []) add(group, event);
      for (const known of this.#byPattern.values())
        if (this.#matches(known, event)) for (const group of known.groups) add(group, event);
    }
    const everything = this.#groups.get('');
    return everything ? new Map([[everything, events], ...selected]) : selected;
  }

  #matches({ pattern, groups }: PatternGroups, { topics }: LoggedEvent): boolean {
    try {
      return topics.some((topic) => pattern.matches(topic));
    } catch (error) {
      for (const { subscriptions } of [...groups]) for (const one of [...subscriptions]) one.fail(error);
      return false;
    }
  }
}
