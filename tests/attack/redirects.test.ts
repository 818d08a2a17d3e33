import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:net';
import { type ConnectOptions, connect, type RedirectPolicy } from '@eventwire/client';
import { expect, it } from 'vitest';
import { listenOnFreePort, serve } from '../support/listen';
import { attackInRounds, attackTimeout } from './rounds';

/** What must not cross an origin, wherever it is in a request. */
const SECRET = 'top-secret';

interface Arrival {
  origin: 'first' | 'second';
  path: string;
  text: string;
  names: string[];
}

const arrivals: Arrival[] = [];
/** Where the present round leads, answer by answer; after the last there is a stream. */
let script: { status: number; location: string }[] = [];

const receive = (origin: Arrival['origin']) => async (request: IncomingMessage, response: ServerResponse) => {
  let body = '';
  for await (const chunk of request) body += chunk;
  const { url = '', headers } = request;
  arrivals.push({
    origin,
    path: url,
    // The path is the server's own doing; a query could be the client's.
    text: JSON.stringify([headers, body]),
    names: Object.keys(headers).sort(),
  });
  const next = script.shift();
  if (next) {
    // By hand, so that Node does not refuse what a hostile server would send.
    const head = [
      `HTTP/1.1 ${next.status} X`,
      `location: ${next.location}`,
      'content-length: 0',
      'connection: close',
    ];
    response.socket?.end(`${head.join('\r\n')}\r\n\r\n`, 'latin1');
    return;
  }
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.end('retry: 1\n\nid: 1\ndata: there\n\n');
};

/** What fetch itself sends, in whichever runtime, and what the client may add. */
const harmless = new Set([
  ...[
    'accept',
    'accept-encoding',
    'accept-language',
    'cache-control',
    'connection',
    'content-length',
    'host',
  ],
  ...['pragma', 'sec-fetch-mode', 'transfer-encoding', 'user-agent'],
]);

it(
  'no redirection takes anything but Accept and Cache-Control to another origin, and each ends the stream or is followed',
  async () => {
    await using first = await serve(receive('first'));
    await using second = await serve(receive('second'));
    // Accepts and says nothing that HTTP knows.
    const silent = createServer((socket) => socket.on('error', () => {}).end('nonsense\r\n\r\n'));
    const broken = await listenOnFreePort(silent);
    const locations = (): string[] => [
      ...[
        '/there',
        'there',
        '../x',
        '?q=1',
        '#part',
        '',
        ' ',
        '//',
        '///x',
        '\\\\x',
        'http:/x',
        'http://',
        'http://[',
      ],
      ...[first.url, `${first.url}/`, `${first.url}/#token`, `HTTP${first.url.slice(4)}/UPPER`],
      ...[
        second.url,
        `${second.url}/deep?q=1`,
        second.url.replace('127.0.0.1', 'LOCALHOST'),
        `//${second.url.slice(7)}`,
      ],
      ...[
        second.url.replace('//', '//me:pw@'),
        first.url.replace('//', '//me@'),
        `\\\\${second.url.slice(7)}`,
      ],
      ...[
        'file:///etc/passwd',
        'FILE:///etc',
        'data:text/event-stream,data:x',
        'javascript:alert(1)',
        'ws://localhost/',
      ],
      ...[
        'ftp://localhost/',
        'about:blank',
        'blob:x',
        'localhost:1',
        `\t${second.url}`,
        `${first.url}/\u00e9`,
      ],
      ...[
        `${broken}/redirect`,
        'http://127.0.0.1:1/redirect',
        `https://${second.url.slice(7)}`,
        `${second.url}/%0d%0aX:y`,
      ],
    ];
    try {
      await attackInRounds(async (random) => {
        const pick = <T>(list: readonly T[]) => list[Math.floor(random() * list.length)] as T;
        const all = locations();
        const hops = pick([1, 1, 2, 3, 30]);
        const plan = Array.from({ length: hops }, () => ({
          status: pick([301, 302, 303, 307, 308, 300, 304, 305]),
          location: pick([pick(all), second.url, '/loop', `${second.url}/loop`]),
        }));
        script = [...plan];
        arrivals.length = 0;
        const policies: RedirectPolicy[] = ['follow', 'follow', 'error', 'forward'];
        const policy = pick(policies);
        const isAsync = random() < 0.5;
        const redirect = pick<ConnectOptions['redirect']>([
          policy,
          () => policy,
          () => (isAsync ? Promise.resolve(policy) : policy),
          policy === 'follow' ? undefined : policy,
        ]);
        const method = pick(['GET', 'POST', 'PUT', 'REPORT']);
        const options: ConnectOptions = {
          method,
          ...(method !== 'GET' && { body: pick([SECRET, () => SECRET]) }),
          headers: pick([
            { authorization: SECRET },
            { cookie: SECRET, 'x-mine': SECRET, 'content-location': SECRET },
            () => ({ 'proxy-authorization': SECRET }),
            {},
          ]),
          lastEventId: pick(['', SECRET]),
          ...(random() < 0.3 && { lastEventIdParam: 'from' }),
          redirect,
          reconnect: pick([false, { initialDelay: 1, minDelay: 1, maxAttempts: 3 }]),
          connectTimeout: 5000,
          // As many a wrapper: an error that quotes the URL.
          ...(random() < 0.5 && {
            fetch: async (url: string, init: RequestInit) => {
              try {
                return await fetch(url, init);
              } catch (cause) {
                throw new TypeError(`'redirect' field: cannot fetch ${url}`, { cause });
              }
            },
          }),
        };
        const stream = connect(`${first.url}/?token=${SECRET}`, options);
        let error: unknown;
        try {
          for await (const { data } of stream) {
            expect(data).toBe('there');
            break;
          }
        } catch (failure) {
          error = failure;
        }
        const { reason } = await stream.closed;
        const what = JSON.stringify({ plan, options, reason, error: String(error) });
        expect(['closed', 'failed', 'exhausted', 'ended', 'cut'], what).toContain(reason);
        expect(String(error), what).not.toContain(SECRET);
        const abroad = arrivals.filter(({ origin }) => origin === 'second');
        if (policy === 'error') expect(abroad, what).toEqual([]);
        // 20 redirections at most for each attempt, and a request more for each that is hidden.
        expect(arrivals.length, what).toBeLessThanOrEqual(3 * 21);
        if (policy === 'forward') return;
        for (const { text, names, path } of abroad) {
          expect(text + path, what).not.toContain(SECRET);
          expect(
            names.filter((name) => !harmless.has(name)),
            what,
          ).toEqual([]);
        }
      });
    } finally {
      silent.close();
    }
  },
  attackTimeout,
);
