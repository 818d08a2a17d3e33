import { connect } from '@eventwire/client';
import { EventSource } from '@eventwire/client/eventsource';
import { Mailbox } from './mailbox';

/** What a client tells of a stream. */
type Told =
  | { kind: 'event'; type: string; data: string; id: string }
  | { kind: 'comment'; text: string }
  | { kind: 'error'; reason: string };

interface ContractOptions {
  headers?: Record<string, string>;
  method?: string;
  body?: string;
  lastEventId?: string;
  /** Ms without a byte after which the connection counts as lost. */
  readTimeout?: number;
  fetch?: (url: string, init: RequestInit) => Promise<Response>;
}

/** Any client that the contract is held against. */
interface ContractClient extends Disposable {
  /** What it told next. */
  next(): Promise<Told>;
  /** Events that it told next, comments and errors left aside. */
  events(count: number): Promise<Omit<Told & { kind: 'event' }, 'kind'>[]>;
  readonly closed: boolean;
  restart(): void;
}

type Start = (url: string, options?: ContractOptions) => ContractClient;

function told(mailbox: Mailbox<Told>): Pick<ContractClient, 'next' | 'events'> {
  return {
    next: () => mailbox.take(),
    async events(count) {
      const events: Omit<Told & { kind: 'event' }, 'kind'>[] = [];
      while (events.length < count) {
        const { kind, ...event } = await mailbox.take();
        if (kind === 'event') events.push(event as (typeof events)[number]);
      }
      return events;
    },
  };
}

export const startConnect: Start = (url, { readTimeout, fetch, ...options } = {}) => {
  const mailbox = new Mailbox<Told>('connect() to tell something');
  const stream = connect(url, {
    ...options,
    fetch,
    idleTimeout: readTimeout,
    reconnect: { initialDelay: 0, minDelay: 0 },
    onEvent: ({ type, data, lastEventId }) => mailbox.put({ kind: 'event', type, data, id: lastEventId }),
    onComment: (text) => mailbox.put({ kind: 'comment', text }),
    onReconnect: ({ error }) => mailbox.put({ kind: 'error', reason: error?.code ?? 'ended' }),
    onClose: ({ reason, error }) => mailbox.put({ kind: 'error', reason: error?.code ?? reason }),
  });
  return {
    ...told(mailbox),
    get closed() {
      return stream.state === 'closed';
    },
    restart: () => stream.reconnect(),
    [Symbol.dispose]: () => stream.close(),
  };
};

/** Types that an EventSource has to listen for, since it hands on no others. */
const TYPES = ['greeting', ' greeting'];

const startEventSource: Start = (url, { headers, fetch, lastEventId } = {}) => {
  const mailbox = new Mailbox<Told>('EventSource to tell something');
  const init = lastEventId === undefined ? headers : { ...headers, 'last-event-id': lastEventId };
  const source = new EventSource(url, { headers: init, fetch });
  for (const type of ['message', ...TYPES]) {
    source.addEventListener(type, ({ data, lastEventId: id }: MessageEvent<string>) =>
      mailbox.put({ kind: 'event', type, data, id }),
    );
  }
  source.onerror = () =>
    mailbox.put({ kind: 'error', reason: source.readyState === EventSource.CLOSED ? 'failed' : 'lost' });
  return {
    ...told(mailbox),
    get closed() {
      return source.readyState === EventSource.CLOSED;
    },
    restart() {
      throw new Error('EventSource has no such method');
    },
    [Symbol.dispose]: () => source.close(),
  };
};

export const contractClients = [
  { name: 'connect()', start: startConnect },
  { name: 'EventSource', start: startEventSource },
] as const;
