import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventSource } from '../src/eventsource/index';
import { type ConnectOptions, type ConnectUrl, connect, type TraceRecord } from '../src/index';
import { settle, VirtualClock } from './helpers/script';

const SECRET = 'top-secret';
/** Where a secret may be, and what would make the runtime complain about it there. */
const place = fc.constantFrom(
  SECRET,
  `${SECRET} and more`,
  `${SECRET}\n`,
  `${SECRET}\u{1f600}`,
  `a'b"c)${SECRET}`,
);
const host = fc.constantFrom(
  'http://localhost',
  'http://[bad',
  'localhost:80',
  'ws://localhost',
  'http://a b',
  '',
);
const url = fc
  .tuple(host, place, fc.constantFrom('query', 'fragment', 'user', 'both'))
  .map(([where, secret, how]) => {
    if (how === 'user') return where.replace('//', `//me:${secret}@`);
    return `${where}/events${how === 'fragment' ? '#' : '?token='}${secret}${how === 'both' ? `&mail=me@${secret}` : ''}`;
  });

/** Texts under which an error could show a secret. */
const textsOf = (error: unknown): unknown[] => {
  const { message, stack, cause } = Object(error) as Error;
  const inner = Object(cause) as Error;
  return [message, stack?.split('\n')[0], inner.message, inner.stack?.split('\n')[0]];
};

/** What the fetch says or answers, each as some runtime or wrapper does. */
const answers: ((url: string, init: RequestInit) => Response | Promise<Response>)[] = [
  (target) => {
    throw new TypeError(`cannot fetch ${target} (refused ${target})`);
  },
  (target) => {
    throw new TypeError('fetch failed', { cause: new Error(`connect to ${target} and again to ${target}`) });
  },
  (_, init) => {
    const headers = Object.fromEntries(new Headers(init.headers));
    throw new TypeError(
      `bad header: ${headers.authorization ?? headers.cookie}, or ${headers['last-event-id']}`,
    );
  },
  (_, init) => {
    throw new Error(`cannot send ${String(init.body)}`);
  },
  (target) => new Response(target, { status: 503, headers: { 'x-asked': encodeURI(target) } }),
  (target) => new Response(target, { status: 404 }),
  (target) => new Response(target, { headers: { 'content-type': 'text/html' } }),
  (target) => new Response(null, { status: 307, headers: { location: `http://[bad/?${encodeURI(target)}` } }),
  () => new Response(null, { status: 307, headers: { location: `/there?token=${SECRET}` } }),
  () => new Response(null, { status: 307, headers: { location: `http://me:${SECRET}@localhost/` } }),
  () => new Response(null, { status: 307, headers: { location: `ws://localhost/?${SECRET}` } }),
  () => new Response(`data: ${SECRET}\n\n`, { headers: { 'content-type': 'text/event-stream' } }),
];

const headers = fc.tuple(place, fc.constantFrom('record', 'pairs', 'text', 'name')).map(([secret, shape]) => {
  if (shape === 'record') return { authorization: `Bearer ${secret}` };
  if (shape === 'pairs') return [['cookie', secret]];
  return shape === 'text' ? secret : { [`authorization: ${secret}`]: '' };
});

type OptionsOfRun = typeof options extends fc.Arbitrary<infer T> ? T : never;
const options = fc.record({
  headers,
  method: fc.constantFrom('GET', 'POST'),
  body: fc.option(place, { nil: undefined }),
  lastEventIdParam: fc.constantFrom(undefined, 'from'),
  lastEventId: place,
  decode: fc.constantFrom('text', 'json'),
  reconnect: fc.constantFrom(false, { maxAttempts: 2, minDelay: 0, initialDelay: 0 }),
  asFunctions: fc.boolean(),
});

/** One request that is in order for each answer, so that every kind of failure is met whatever the seed. */
const plain = answers.map((_, index): [string, OptionsOfRun, number] => [
  `http://localhost/events?token=${SECRET}`,
  {
    headers: { authorization: `Bearer ${SECRET}` },
    method: 'POST',
    body: SECRET,
    lastEventIdParam: undefined,
    lastEventId: SECRET,
    decode: 'text',
    reconnect: false,
    asFunctions: false,
  },
  index,
]);

describe('no secret of a request shows in a message, a stack, a cause or a trace', () => {
  it('of connect(), whatever it is given and whatever fails', async () => {
    const codes = new Set<string>();
    await fc.assert(
      fc.asyncProperty(
        url,
        options,
        fc.nat(answers.length - 1),
        async (target, { asFunctions, ...given }, index) => {
          const seen: unknown[] = [];
          const traces: TraceRecord[] = [];
          const look = (error: unknown) => {
            if (error) codes.add((error as { code: string }).code);
            // The last event ID is named where an event is refused, so that it can be found.
            if ((error as { code?: string })?.code !== 'INVALID_EVENT') seen.push(...textsOf(error));
          };
          const functions = Object.fromEntries(
            Object.entries({ headers: given.headers, body: given.body }).map(([name, value]) => [
              name,
              () => value,
            ]),
          );
          try {
            const stream = connect(
              (asFunctions ? () => target : target) as ConnectUrl,
              {
                ...(given as ConnectOptions),
                ...(asFunctions && {
                  ...functions,
                  body: given.method === 'GET' ? undefined : functions.body,
                }),
                fetch: async (to, init) => (answers[index] as (typeof answers)[0])(to, init),
                clock: new VirtualClock(),
                onEvent: () => {},
                onClose: () => {}, // else each failure would be said on the console
                onTrace: (record) => traces.push(record),
                onReconnect: ({ error }) => look(error),
              } as ConnectOptions,
            );
            await settle();
            stream.reconnect();
            await settle();
            stream.close();
            look((await stream.closed).error);
          } catch (error) {
            look(error);
          }
          expect(JSON.stringify(seen)).not.toContain(SECRET);
          const told = traces.filter((record) => !('code' in record) || record.code !== 'INVALID_EVENT');
          expect(JSON.stringify(told)).not.toContain(SECRET);
        },
      ),
      { numRuns: 1500, examples: plain },
    );
    const expected = [
      'INVALID_OPTION',
      'INVALID_REQUEST',
      'NETWORK',
      'REDIRECT',
      'BAD_STATUS',
      'BAD_CONTENT_TYPE',
    ];
    expect([...codes]).toEqual(expect.arrayContaining(expected));
  });

  it('of EventSource’s constructor', () => {
    fc.assert(
      fc.property(url, headers, (target, given) => {
        try {
          new EventSource(target, {
            headers: given as HeadersInit,
            fetch: () => new Promise(() => {}),
          }).close();
        } catch (error) {
          expect(JSON.stringify(textsOf(error))).not.toContain(SECRET);
        }
      }),
    );
  });

  it('of an event that cannot be decoded: its data', async () => {
    const traces: unknown[] = [];
    const stream = connect('http://localhost/', {
      fetch: async () =>
        new Response(`data: ${SECRET}\n\n`, { headers: { 'content-type': 'text/event-stream' } }),
      decode: 'json',
      onEvent: () => {},
      onTrace: (record) => traces.push(record),
    });
    const { error } = await stream.closed;
    expect(error).toMatchObject({ code: 'INVALID_EVENT', cause: expect.any(SyntaxError) });
    expect([error?.message, JSON.stringify(traces)].join()).not.toContain('top');
  });
});

it('every query is left out of the text, however often message and cause quote it', async () => {
  const target = 'http://localhost/?token=top-secret';
  const fetch = async () => {
    const cause = new Error(`refused ${target}, then again ${target}`);
    throw new TypeError(`cannot fetch ${target}`, { cause });
  };
  const { error } = await connect(target, { fetch, reconnect: false }).closed;
  expect(error?.message).toBe(
    'No connection to http://localhost/: cannot fetch http://localhost/… (refused http://localhost/… then again http://localhost/…',
  );
  expect(String(error?.cause)).not.toContain(SECRET);
});

it('an error without secrets stays the cause as it was', async () => {
  const own = new TypeError('fetch failed', { cause: { code: 'ECONNREFUSED' } });
  const { error } = await connect('http://localhost/', { fetch: () => Promise.reject(own), reconnect: false })
    .closed;
  expect(error?.cause).toBe(own);
  expect(error?.message).toBe('No connection to http://localhost/: fetch failed (ECONNREFUSED)');
});
