import { type ConnectOptions, connect } from '@eventwire/client';
import { inPieces } from './in-pieces';
import { same, type Tally, tally } from './report';

/** One response after the other: a stream that ends, one that stays open, another response, or a network error. */
type Answer =
  | string
  | { stays: string }
  | { status: number; headers?: Record<string, string>; body?: string }
  | Error;

interface Scenario {
  name: string;
  options?: ConnectOptions;
  answers: Answer[];
  /** The data of all events, how the stream ended, and with which error. */
  told: [data: string[], reason: string, code?: string];
  /** Of every request the URL, the method, the body, and the headers but Accept and Cache-Control. */
  asked: [url: string, method: string, body: string | null, headers: Record<string, string>][];
  /** Bodies that were cancelled. Default 0. */
  cancelled?: number;
}

const url = 'https://example.org/';
const get = (headers: Record<string, string> = {}): Scenario['asked'][number] => [url, 'GET', null, headers];

const scenarios: Scenario[] = [
  {
    name: 'resumes with the last event ID in UTF-8, after an end, an error and a refusal, until the server says that it is finished',
    answers: [
      '\ufeff:x\r\nid: …\r\ndata: é\rdata: 😀\n\ndata: unfinished',
      new Error('network'),
      { status: 503, headers: { 'retry-after': '0' }, body: 'busy' },
      { stays: ': eventwire\n\ndata: last\n\nevent: eventwire:end\ndata: {}\n\n' },
    ],
    told: [['é\n😀', 'last'], 'ended'],
    asked: [get(), ...Array.from({ length: 3 }, () => get({ 'last-event-id': '\xe2\x80\xa6' }))],
    cancelled: 1,
  },
  {
    name: 'posts what functions give before each attempt, until the terminal event',
    options: {
      method: 'POST',
      headers: async ({ attempt }) => ({ 'x-attempt': String(attempt) }),
      body: ({ lastEventId }) => `after ${lastEventId}`,
      terminal: ({ data }) => data === '[DONE]',
    },
    answers: ['id: 1\ndata: x\n\n', { stays: 'data: [DONE]\n\n' }],
    told: [['x', '[DONE]'], 'terminal'],
    asked: [
      [url, 'POST', 'after ', { 'x-attempt': '1' }],
      [url, 'POST', 'after 1', { 'last-event-id': '1', 'x-attempt': '2' }],
    ],
    cancelled: 1,
  },
  {
    name: 'follows a redirection to another origin, with nothing of the user’s',
    options: { method: 'POST', body: 'private', headers: { authorization: 'secret' }, lastEventId: '7' },
    answers: [
      { status: 307, headers: { location: 'https://other.example/there' } },
      'data: x\n\n',
      { status: 204 },
    ],
    told: [['x'], 'no-content'],
    asked: [
      [url, 'POST', 'private', { authorization: 'secret', 'last-event-id': '7' }],
      ['https://other.example/there', 'POST', null, {}],
      [url, 'POST', 'private', { authorization: 'secret', 'last-event-id': '7' }],
    ],
  },
  {
    name: 'gives up a stream that is silent',
    options: { idleTimeout: 50 },
    answers: [{ stays: 'data: x\n\n' }, { status: 404, body: 'not here' }],
    told: [['x'], 'failed', 'BAD_STATUS not here'],
    asked: [get(), get()],
    cancelled: 1,
  },
  {
    name: 'refuses a page',
    answers: [{ status: 200, headers: { 'content-type': 'text/html' }, body: '<p>' }],
    told: [[], 'failed', 'BAD_CONTENT_TYPE <p>'],
    asked: [get()],
  },
];

/** connect() over the runtime's own streams, timers and signals. */
export function connecting(): Promise<Tally> {
  return tally(scenarios, ({ name }) => name, check);
}

async function check({ options, answers, told, asked, cancelled = 0 }: Scenario): Promise<void> {
  const requests: Scenario['asked'] = [];
  let cancels = 0;
  const fetch = async (to: string, init: RequestInit) => {
    const answer = answers[requests.length] ?? { status: 500 };
    const headers = Object.fromEntries(new Headers(init.headers));
    delete headers.accept;
    delete headers['cache-control'];
    requests.push([to, init.method ?? 'GET', (init.body as string | undefined) ?? null, headers]);
    if (answer instanceof Error) throw answer;
    if (typeof answer === 'object' && 'status' in answer) {
      const { status, headers: own = {}, body = null } = answer;
      return new Response(body, { status, headers: own });
    }
    const body =
      typeof answer === 'string'
        ? inPieces(answer, 'ends')
        : inPieces(answer.stays, 'stays', () => cancels++);
    return new Response(body, { headers: { 'content-type': 'text/event-stream' } });
  };
  const stream = connect(url, { fetch, reconnect: { initialDelay: 1, minDelay: 0 }, ...options });
  const data: string[] = [];
  try {
    for await (const event of stream) data.push(event.data);
  } catch {
    // As `closed` says too.
  }
  const { reason, error } = await stream.closed;
  same('told', [data, reason, ...(error ? [`${error.code} ${error.body}`] : [])], told);
  same('asked', requests, asked);
  same('cancelled', cancels, cancelled);
}
