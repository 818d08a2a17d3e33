import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { type ConnectOptions, connect, type TraceRecord } from '../../src/index';
import { scriptedFetch, settle } from '../helpers/script';
import { open, serve } from '../helpers/server';

const secret = { authorization: 'secret', cookie: 'a=b', 'x-mine': '1', 'content-type': 'text/plain' };

async function bodyOf(req: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of req) body += chunk;
  return body;
}

/** What arrives behind a redirection with this status, at the same origin or another. */
async function redirectedTo(where: 'same' | 'other', status: number, options: ConnectOptions) {
  const got: unknown[] = [];
  const receive = async (req: IncomingMessage) => {
    const {
      authorization,
      cookie,
      'x-mine': mine,
      'last-event-id': id,
      'content-type': type,
      accept,
    } = req.headers;
    got.push({ method: req.method, body: await bodyOf(req), authorization, cookie, mine, id, type, accept });
  };
  const other = await serve(async (req, res) => {
    await receive(req);
    open(res).write('data: there\n\n');
  });
  const first = await serve(async (req, res) => {
    if (req.url?.startsWith('/there')) {
      await receive(req);
      open(res).write('data: there\n\n');
    } else {
      await bodyOf(req);
      res.writeHead(status, { location: where === 'same' ? '/there?token=secret' : other.url }).end('moved');
    }
  });
  const traces: TraceRecord[] = [];
  const stream = connect(`${first.url}?token=secret`, {
    onTrace: (record) => traces.push(record),
    ...options,
  });
  for await (const _ of stream) break;
  return { got, traces, url: stream.url, first };
}

const all = { authorization: 'secret', cookie: 'a=b', mine: '1', id: '7', accept: 'text/event-stream' };

describe('redirections', () => {
  it.each([
    [301, 'POST', 'GET', ''],
    [302, 'POST', 'GET', ''],
    [303, 'POST', 'GET', ''],
    [307, 'POST', 'POST', 'hello'],
    [308, 'POST', 'POST', 'hello'],
    [302, 'REPORT', 'REPORT', 'hello'],
    [303, 'REPORT', 'GET', ''],
  ])('%i: %s becomes %s at the same origin, with everything', async (status, method, expected, body) => {
    const { got, traces } = await redirectedTo('same', status, {
      method,
      body: 'hello',
      headers: secret,
      lastEventId: '7',
    });
    const type = body === '' ? undefined : 'text/plain';
    expect(got).toEqual([{ method: expected, body, type, ...all }]);
    expect(traces.find((record) => record.type === 'redirect')).toMatchObject({
      status,
      url: expect.stringMatching(/there$/),
    });
    expect(JSON.stringify(traces)).not.toContain('secret');
  });

  it('303: GET stays as it is, with the headers that a new request without a body would lose', async () => {
    const { got } = await redirectedTo('same', 303, { headers: secret, lastEventId: '7' });
    expect(got).toEqual([{ method: 'GET', body: '', type: 'text/plain', ...all }]);
  });

  it.each([301, 307])('%i to another origin takes nothing along', async (status) => {
    const { got } = await redirectedTo('other', status, {
      method: 'REPORT',
      body: 'hello',
      headers: secret,
      lastEventId: '7',
    });
    const nothing = {
      authorization: undefined,
      cookie: undefined,
      mine: undefined,
      id: undefined,
      type: undefined,
    };
    expect(got).toEqual([{ method: 'REPORT', body: '', accept: 'text/event-stream', ...nothing }]);
  });

  it('takes everything along where redirect says so', async () => {
    const asked: string[][] = [];
    const redirect = (to: URL, from: URL) => {
      asked.push([to.pathname, from.search]);
      return 'forward' as const;
    };
    const { got } = await redirectedTo('other', 308, {
      method: 'POST',
      body: 'hello',
      headers: secret,
      lastEventId: '7',
      redirect,
    });
    expect(got).toEqual([{ method: 'POST', body: 'hello', type: 'text/plain', ...all }]);
    expect(asked).toEqual([['/events', '?token=secret']]);
  });

  it('lets go of the body of the redirection itself', async () => {
    const { fetch, call } = scriptedFetch();
    const stream = connect('http://localhost/', { fetch, headers: secret });
    call(0).open({ status: 307, headers: { location: '/there' } });
    await settle();
    expect([call(0).live, call(1).live]).toEqual([false, true]);
    stream.close();
  });

  it('keeps its own url', async () => {
    const { url, first } = await redirectedTo('same', 307, { headers: secret });
    expect(url).toBe(`${first.url}?token=secret`);
  });

  const refused = async (location: string, options: ConnectOptions) => {
    const { fetch, calls } = scriptedFetch();
    const stream = connect('http://localhost/a', { fetch, headers: secret, ...options });
    for (let i = 0; i < 30; i++) {
      await settle();
      calls.at(i)?.resolve(new Response(null, { status: 307, headers: { location } }));
    }
    return { outcome: await stream.closed, count: calls.length };
  };

  it.each<[string, string, ConnectOptions, number]>([
    ['is forbidden', '/b', { redirect: 'error' }, 1],
    ['is forbidden by the function', '/b', { redirect: () => 'error' }, 1],
    ['has no valid Location', 'http://', {}, 1],
    ['leaves HTTP', 'data:text/event-stream,data:x', {}, 1],
    ['has credentials', 'http://me:secret@localhost/', {}, 1],
    ['comes again and again', '/b', {}, 21],
    ['would send a stream twice', '/b', { method: 'POST', reconnect: false, body: new ReadableStream() }, 1],
  ])('fails the stream where it %s', async (_, location, options, count) => {
    const result = await refused(location, options);
    expect(result).toMatchObject({
      outcome: { reason: 'failed', error: { code: 'REDIRECT', status: 307 } },
      count,
    });
    expect(result.outcome.error?.message).toMatch(/^http:\/\/localhost\/[ab] redirects: \S/);
    expect(result.outcome.error?.message).not.toContain('secret');
  });

  it('is not followed where the function throws, and comes again by the policy', async () => {
    const redirect = () => {
      throw new Error('no answer');
    };
    const { outcome, count } = await refused('/b', { redirect, reconnect: false });
    expect(outcome).toMatchObject({ reason: 'failed', error: { code: 'NETWORK' } });
    expect([outcome.error?.message, count]).toEqual([expect.stringContaining('no answer'), 1]);
  });

  it('leaves it to a fetch that hides them', async () => {
    const inits: unknown[] = [];
    const hiding = async (_: string, init: RequestInit) => {
      inits.push(init.redirect);
      const headers = { 'content-type': 'text/event-stream' };
      const response = new Response('data: x\n\n', { headers });
      if (init.redirect === 'manual') Object.defineProperty(response, 'type', { value: 'opaqueredirect' });
      return response;
    };
    const followed = connect('http://localhost/', {
      fetch: hiding,
      headers: secret,
      reconnect: { initialDelay: 1 },
    });
    let count = 0;
    for await (const _ of followed) if (++count === 2) break;
    expect(inits).toEqual(['manual', undefined, undefined]);
    const refused = connect('http://localhost/', { fetch: hiding, redirect: 'error' });
    expect(await refused.closed).toMatchObject({ reason: 'failed', error: { code: 'REDIRECT' } });
  });
});
