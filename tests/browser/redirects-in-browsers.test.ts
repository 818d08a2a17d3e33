import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ConnectOptions, Outcome } from '@eventwire/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BrowserName, type BrowserPage, browserNames, openPage } from '../support/browser-page';
import { bundle } from '../support/bundle';
import { type RunningServer, serve } from '../support/listen';

/** What a server saw of one request. */
interface Request {
  method: string;
  url: string;
  /** Of the headers that a redirection could betray, those that came. */
  headers: Record<string, string>;
  body: string;
}

/** What `connect()` made of it in the page: the first two events at most, and how it ended. */
interface Followed extends Pick<Outcome, 'reason'> {
  data: string[];
  code?: string;
  /** How often a function as `redirect` was asked. */
  asked: number;
}

const secret = { authorization: 'secret', 'x-mine': '1', 'content-type': 'application/json' };
const watched = [...Object.keys(secret), 'cookie', 'last-event-id', 'access-control-request-headers'];

let site: RunningServer;
let other: RunningServer;
/** Requests to each origin, by the scenario's name. */
const requests = { site: new Map<string, Request[]>(), other: new Map<string, Request[]>() };
const pages = new Map<BrowserName, BrowserPage>();

beforeAll(async () => {
  const script = await bundle(`
    import { connect } from '@eventwire/client';
    globalThis.follow = async (path, options, asks) => {
      let asked = 0;
      if (asks) options.redirect = () => { asked++; return 'error'; };
      const stream = connect(path, { reconnect: { initialDelay: 1, minDelay: 1, maxAttempts: 3 }, ...options });
      const data = [];
      try {
        for await (const event of stream) if (data.push(event.data) === 2) break;
      } catch {}
      const { reason, error } = await stream.closed;
      return JSON.stringify({ data, reason, code: error?.code, asked });
    };`);
  // Paths: /<scenario>/<status>/<where it leads: site, or other, or refusing, which is other without CORS>
  const receive =
    (origin: 'site' | 'other') => async (request: IncomingMessage, response: ServerResponse) => {
      const { url = '', method = '', headers } = request;
      if (url === '/')
        return respond(response, 'text/html', '<!doctype html><script src="page.js" type="module"></script>');
      if (url === '/page.js') return respond(response, 'text/javascript', script);
      let body = '';
      for await (const chunk of request) body += chunk;
      const [, scenario = '', status, where] = url.split(/[/?]/);
      const seen = requests[origin].get(scenario) ?? [];
      requests[origin].set(scenario, seen);
      const came = watched.flatMap((name) =>
        headers[name] === undefined ? [] : [[name, String(headers[name])]],
      );
      seen.push({ method, url: url.slice(scenario.length + 1), headers: Object.fromEntries(came), body });
      if (where) {
        const target = where === 'site' ? '' : other.url;
        response.writeHead(Number(status), {
          location: `${target}/${scenario}/${where === 'refusing' ? where : 'there'}`,
        });
        return void response.end();
      }
      if (status === 'there' && origin === 'other') {
        response.setHeader('access-control-allow-origin', site.url);
        response.setHeader('access-control-allow-credentials', 'true');
        response.setHeader('access-control-max-age', '0'); // else a preflight serves several requests
        response.setHeader('access-control-allow-headers', [...Object.keys(secret), 'last-event-id'].join());
      }
      if (method === 'OPTIONS') return void response.writeHead(204).end();
      // The first ends, so that the client comes back.
      const count = seen.filter((one) => one.method !== 'OPTIONS' && one.url === seen.at(-1)?.url).length;
      respond(response, 'text/event-stream', `id: ${count}\ndata: ${count}\n\n`);
    };
  site = await serve((request, response) => void receive('site')(request, response));
  other = await serve((request, response) => void receive('other')(request, response));
  await Promise.all(
    browserNames.map(async (name) => {
      const page = await openPage(name, site.url);
      pages.set(name, page);
      // Cookies know no ports: the other origin could get it too.
      await page.evaluate(`document.cookie = 'session=1'`);
    }),
  );
});

afterAll(async () => {
  for (const page of pages.values()) await page[Symbol.asyncDispose]();
  await other?.[Symbol.asyncDispose]();
  await site?.[Symbol.asyncDispose]();
});

function respond(response: ServerResponse, type: string, body: string): void {
  response.writeHead(200, { 'content-type': type, 'cache-control': 'no-store' }).end(body);
}

let scenarios = 0;

/** Follows a redirection in the browser's page: what came of it there, and what came to both origins. */
async function redirected(
  name: BrowserName,
  status: number,
  where: 'site' | 'other' | 'refusing',
  options: ConnectOptions & { asks?: boolean } = {},
) {
  const scenario = `${name}-${scenarios++}`;
  const { asks = false, ...rest } = options;
  const page = pages.get(name);
  const path = `/${scenario}/${status}/${where}`;
  const followed: Followed = JSON.parse(
    (await page?.evaluate(`follow('${path}', ${JSON.stringify(rest)}, ${asks})`)) ?? '',
  );
  const got = (origin: 'site' | 'other') => requests[origin].get(scenario) ?? [];
  return { followed, site: got('site'), other: got('other') };
}

describe.each(browserNames)('a redirection in %s', { timeout: 60_000 }, (name) => {
  const cookie = 'session=1';
  const twice = { data: ['1', '2'], reason: 'closed', asked: 0 };

  it.each([
    [301, 'POST', 'GET'],
    [302, 'POST', 'GET'],
    [303, 'POST', 'GET'],
    [307, 'POST', 'POST'],
    [308, 'POST', 'POST'],
  ])('%i within the origin takes everything along, a %s as %s', async (status, method, becomes) => {
    const sent = await redirected(name, status, 'site', { method, body: '{}', headers: secret });
    expect(sent.followed).toEqual(twice);
    const { 'content-type': type, ...others } = secret;
    const [body, headers] = becomes === 'GET' ? ['', others] : ['{}', { ...others, 'content-type': type }];
    const [from, there] = [`/${status}/site`, '/there'];
    const asked = { method, url: from, headers: { ...secret, cookie }, body: '{}' };
    const arrived = { method: becomes, url: there, headers: { ...headers, cookie }, body };
    const id = { 'last-event-id': '1' };
    expect(sent.site).toEqual([
      asked, // which shows that there is a redirection, and not where it leads
      asked,
      arrived,
      // From now on the browser follows at once.
      { ...asked, headers: { ...asked.headers, ...id } },
      { ...arrived, headers: { ...arrived.headers, ...id } },
    ]);
  });

  it('to an origin that allows it takes along all but Authorization and cookies', async () => {
    const sent = await redirected(name, 307, 'other', { method: 'POST', body: '{}', headers: secret });
    expect(sent.followed).toEqual(twice);
    const { authorization, ...others } = secret;
    const arrivals = sent.other.filter(({ method }) => method !== 'OPTIONS');
    expect(arrivals).toEqual([
      { method: 'POST', url: '/there', headers: others, body: '{}' },
      { method: 'POST', url: '/there', headers: { ...others, 'last-event-id': '1' }, body: '{}' },
    ]);
    // Asked by CORS before each, with the names alone.
    const preflights = sent.other.filter(({ method }) => method === 'OPTIONS');
    const names = preflights.map(({ headers }) =>
      headers['access-control-request-headers']?.replaceAll(' ', ''),
    );
    expect(names.at(-1)?.split(',')).toEqual(expect.arrayContaining(['last-event-id', 'x-mine']));
    expect(JSON.stringify([preflights, arrivals])).not.toContain('secret');
  });

  it('to an origin that allows it takes cookies along where credentials say so', async () => {
    const sent = await redirected(name, 302, 'other', { credentials: 'include' });
    expect(sent.followed).toEqual(twice);
    expect(sent.other.at(-1)?.headers).toEqual({ cookie, 'last-event-id': '1' });
  });

  it('to an origin that does not allow it takes nothing along, and is a network error', async () => {
    const sent = await redirected(name, 307, 'refusing', {
      method: 'POST',
      body: '{}',
      headers: secret,
      lastEventId: 'private',
      reconnect: false,
    });
    expect(sent.followed).toEqual({ data: [], reason: 'failed', code: 'NETWORK', asked: 0 });
    expect(sent.other.map(({ method }) => method)).toEqual(['OPTIONS']);
    expect(JSON.stringify(sent.other)).not.toMatch(/secret|private|session|\{\}"/);
  });

  it.each(['site', 'other'] as const)(
    'to the %s is refused by the option, and asks nothing there',
    async (where) => {
      const sent = await redirected(name, 307, where, { redirect: 'error', headers: secret });
      expect(sent.followed).toEqual({ data: [], reason: 'failed', code: 'REDIRECT', asked: 0 });
      expect([sent.site.length, sent.other]).toEqual([1, []]);
    },
  );

  it('is followed without asking a function, which could not be told where it leads', async () => {
    const sent = await redirected(name, 302, 'site', { asks: true });
    expect(sent.followed).toEqual(twice);
  });

  it('of a request with nothing to protect is followed at once, and by lastEventIdParam it betrays no id', async () => {
    const sent = await redirected(name, 302, 'other', { lastEventIdParam: 'from' });
    expect(sent.followed).toEqual(twice);
    expect(sent.site.map(({ url }) => url)).toEqual(['/302/other', '/302/other?from=1']);
    const bare = { method: 'GET', url: '/there', headers: {}, body: '' };
    expect(sent.other).toEqual([bare, bare]);
  });
});
