import { connect } from '@eventwire/client';

interface Followed {
  readonly type: string;
  readonly id: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into it freely
  readonly data: any;
}

export interface Follower extends Disposable {
  readonly events: Followed[];
  readonly stream: ReturnType<typeof connect>;
  readonly gaps: string[];
  /** How often the connection was accepted. */
  readonly opened: number;
  /** Resolves with the first event, old or new, for which this holds. */
  when(holds: (event: Followed) => boolean): Promise<Followed>;
  /** Resolves once this holds. */
  until(holds: () => boolean): Promise<void>;
}

/** Follows a stream with the published client and keeps every event. Reconnects at once, unlike a polite client. */
export function followEvents(url: string, lastEventId?: string): Follower {
  const events: Followed[] = [];
  const gaps: string[] = [];
  const watchers = new Set<() => void>();
  const wake = () => {
    for (const watcher of [...watchers]) watcher();
  };
  let opened = 0;
  const stream = connect(url, {
    lastEventId,
    onEvent({ type, data, lastEventId: id }) {
      events.push({ type, id, data: JSON.parse(data) });
      wake();
    },
    onOpen() {
      opened++;
      wake();
    },
    onReconnect: () => setTimeout(() => stream.reconnect(), 1),
    onGap({ after }) {
      gaps.push(after);
      wake();
    },
  });
  const until = (holds: () => boolean) =>
    new Promise<void>((resolve) => {
      const watcher = () => {
        if (!holds()) return;
        watchers.delete(watcher);
        resolve();
      };
      watchers.add(watcher);
      watcher();
    });
  return {
    events,
    gaps,
    stream,
    get opened() {
      return opened;
    },
    until,
    async when(holds) {
      await until(() => events.some(holds));
      const found = events.find(holds);
      if (found === undefined) throw new Error('not found');
      return found;
    },
    [Symbol.dispose]: () => stream.close(),
  };
}
