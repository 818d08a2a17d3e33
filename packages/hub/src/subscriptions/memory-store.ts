import type { SubscriptionStore } from './store';

/** The subscriptions of one process, in its memory. */
export function createMemorySubscriptionStore(): SubscriptionStore {
  const all = new Map<string, string>();
  return {
    add: async (entries) => {
      for (const [id, text] of entries) all.set(id, text);
    },
    remove: async (ids) => {
      for (const id of ids) all.delete(id);
    },
    list: async () => [...all.values()],
    [Symbol.asyncDispose]: async () => all.clear(),
  };
}
