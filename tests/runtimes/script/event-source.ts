import { EventSource } from '@eventwire/client/eventsource';
import { inPieces } from './in-pieces';
import { same, type Tally, tally } from './report';

/** One connection after the other: a stream's text in the runtime's own streams, a status without one, or a network error. */
type Answer = string | number | Error;

interface Scenario {
  name: string;
  answers: Answer[];
  /** Told, until it is closed at the event `finish` or by itself. */
  told: (string | number)[][];
  /** The Last-Event-ID of every request, as bytes in a string. */
  ids: (string | null)[];
}

const scenarios: Scenario[] = [
  {
    name: 'events, in every form',
    answers: ['\ufeff:x\r\nid: 1\r\ndata: é\rdata: 😀\n\nevent: test\ndata\n\nevent: finish\ndata: end\n\n'],
    told: [
      ['open', 1],
      ['message', 1, 'é\n😀', '1'],
      ['test', 1, '', '1'],
      ['finish', 1, 'end', '1'],
    ],
    ids: [null],
  },
  {
    name: 'reconnection with the last event ID, in UTF-8',
    answers: [
      'retry: 1\nid: …\ndata: x\n\ndata: unfinished',
      new Error('network'),
      'event: finish\ndata\n\n',
    ],
    told: [
      ['open', 1],
      ['message', 1, 'x', '…'],
      ['error', 0],
      ['error', 0],
      ['open', 1],
      ['finish', 1, '', '…'],
    ],
    ids: [null, '\xe2\x80\xa6', '\xe2\x80\xa6'],
  },
  {
    name: '204',
    answers: ['retry: 1\n\n', 204],
    told: [
      ['open', 1],
      ['error', 0],
      ['error', 2],
    ],
    ids: [null, null],
  },
  { name: '404', answers: [404], told: [['error', 2]], ids: [null] },
];

/** EventSource over the runtime's own events, streams and timers. */
export function eventSource(): Promise<Tally> {
  return tally(scenarios, ({ name }) => name, check);
}

async function check({ answers, told, ids }: Scenario): Promise<void> {
  const asked: (string | null)[] = [];
  const fetch = async (_url: string, init: RequestInit) => {
    const answer = answers[asked.length];
    asked.push(new Headers(init.headers).get('last-event-id'));
    if (answer instanceof Error) throw answer;
    if (typeof answer === 'number') return new Response(null, { status: answer });
    return new Response(inPieces(answer ?? '', 'ends'), { headers: { 'content-type': 'text/event-stream' } });
  };
  const source = new EventSource('https://example.org/', { fetch });
  const seen: (string | number)[][] = [];
  await new Promise<void>((resolve) => {
    const listener = (event: Event) => {
      const entry: (string | number)[] = [event.type, source.readyState];
      if (event instanceof MessageEvent) entry.push(event.data, event.lastEventId);
      seen.push(entry);
      if (event.type === 'finish') source.close();
      if (source.readyState === EventSource.CLOSED) resolve();
    };
    for (const type of ['open', 'message', 'error', 'test', 'finish'])
      source.addEventListener(type, listener);
  });
  same('told', seen, told);
  same('asked', asked, ids);
}
