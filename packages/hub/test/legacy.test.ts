import { describe, expect, it } from 'vitest';
import { startHub, vias } from './helpers/hubs';
import { both, mint, mintLegacy, SECRET } from './helpers/tokens';

const verifier = { key: SECRET, algorithms: ['HS256'] };
const legacy = { publisher: verifier, subscriber: verifier };
const all = { publish: ['*'], subscribe: ['*'] };

describe.each(vias)('check 15, protocol 0.x, by %s:', (via) => {
  it('is not there unless it is switched on', async () => {
    const { request, publish } = await startHub({ anonymous: false }, via);
    const token = await mintLegacy(all);
    const status = async (query: string, headers: Record<string, string>) =>
      (await request(query, { headers })).status;
    expect(await status('?match=a', { authorization: `Bearer ${token}` })).toBe(401);
    expect(await status(`?match=a&authorization=${token}`, {})).toBe(401);
    expect(await status('?match=a', { cookie: `mercureAuthorization=${token}` })).toBe(401);
    expect((await publish({ topic: 'a' }, { authorization: `Bearer ${token}` })).status).toBe(401);
  });

  it('is served at the same address: its selectors, tokens and headers', async () => {
    const hub = await startHub({ legacy, subscriptions: true }, via);
    const { publish, subscribe } = hub;
    const authorization = `Bearer ${await mintLegacy(all)}`;
    const template = await subscribe('?topic=https://x.example/%7Bid%7D&topic=other', { authorization });
    const exact = await subscribe('?match=https://x.example/1', { authorization });
    const anonymous = await subscribe('?topic=*');
    const response = await publish(
      { topic: ['https://x.example/1', 'y'], data: 'private', private: 'on', id: 'urn:x:1' },
      { authorization },
    );
    expect([response.status, await response.text()]).toEqual([200, 'urn:x:1']);
    await publish({ topic: 'https://x.example/1/2', data: 'public' }, { authorization });
    await publish({ topic: 'other', data: 'last' }, { authorization });
    await template.until(2);
    await exact.until(1);
    await anonymous.until(2);
    expect([template, exact, anonymous].map(({ data }) => data)).toEqual([
      ['private', 'last'],
      ['private'],
      ['public', 'last'],
    ]);
    const back = await subscribe('?topic=other&lastEventID=urn:x:1');
    expect(back.response.headers.get('last-event-id')).toBe('urn:x:1');
    expect(back.response.headers.get('mercure-last-event-id')).toBeNull();
    await back.until(1);
    expect(back.data).toEqual(['last']);
  });

  it('has its own documents of subscriptions', async () => {
    const { request, subscribe } = await startHub({ legacy, subscriptions: true }, via);
    const headers = { authorization: `Bearer ${await mintLegacy({ ...all, payload: { name: 'ann' } })}` };
    const watcher = await subscribe(
      `?topic=${encodeURIComponent('/.well-known/mercure/subscriptions{/topic}{/subscriber}')}`,
      headers,
    );
    await subscribe('?topic=a', headers);
    await watcher.until(2);
    const [, announced] = watcher.events;
    expect(announced?.type).toBe('message');
    const document = JSON.parse(announced?.data ?? '');
    expect(document).toEqual({
      '@context': 'https://mercure.rocks/',
      id: `/.well-known/mercure/subscriptions/a/${document.subscriber.replaceAll(':', '%3A')}`,
      type: 'Subscription',
      topic: 'a',
      subscriber: document.subscriber,
      active: true,
      payload: { name: 'ann' },
    });
    const response = await request('/.well-known/mercure/subscriptions/a', { headers });
    expect(response.headers.get('content-type')).toBe('application/ld+json');
    expect(await response.json()).toMatchObject({
      type: 'Subscriptions',
      lastEventID: announced?.id,
      subscriptions: [document],
    });
  });

  it('lists subscriptions for tokens that grant the path as it was sent, with its query', async () => {
    const { request } = await startHub({ legacy, subscriptions: true }, via);
    const root = '/.well-known/mercure/subscriptions';
    const status = async (target: string, grant: string) => {
      const authorization = `Bearer ${await mintLegacy({ subscribe: [grant] })}`;
      return (await request(target, { headers: { authorization } })).status;
    };
    expect(await status(root, root)).toBe(200);
    expect(await status(`${root}?x=y`, `${root}?x=y`)).toBe(200);
    expect(await status(`${root}?x=y`, root)).toBe(403);
  });

  it('takes its token as a parameter only if that is allowed', async () => {
    const token = await mintLegacy(all);
    for (const queryToken of [true, false]) {
      const { request } = await startHub({ anonymous: false, legacy: { ...legacy, queryToken } }, via);
      const response = await request(`?topic=a&authorization=${token}`);
      await response.body?.cancel();
      expect(response.status).toBe(queryToken ? 200 : 401);
    }
  });

  it('does not make a token of protocol 1.0 valid that is not', async () => {
    const { url, publish } = await startHub({ legacy }, via);
    const status = async (claims: Record<string, unknown>) => {
      const token = await mint(url, {
        claims: { authorization_details: both('*'), mercure: all, ...claims },
      });
      return (await publish({ topic: 'a' }, { authorization: `Bearer ${token}` })).status;
    };
    expect(await status({})).toBe(200);
    expect(await status({ aud: 'https://other.example' })).toBe(401);
    expect(await status({ exp: 1 })).toBe(401);
    expect(await status({ iss: 'https://evil.example' })).toBe(401);
  });

  it('enforces exp where a token has one, and the limits of its claims', async () => {
    const { publish } = await startHub({ legacy }, via);
    const status = async (...options: Parameters<typeof mintLegacy>) =>
      (await publish({ topic: 'a' }, { authorization: `Bearer ${await mintLegacy(...options)}` })).status;
    expect(await status(all)).toBe(200);
    expect(await status(all, { exp: Math.floor(Date.now() / 1000) + 60 })).toBe(200);
    expect(await status(all, { exp: 1 })).toBe(401);
    expect(await status({ publish: 'a' })).toBe(401);
    expect(await status({ publish: Array.from({ length: 1001 }, (_, n) => `${n}`) })).toBe(401);
    expect(await status({ publish: ['b'] })).toBe(403);
    expect(await status({ subscribe: ['*'] })).toBe(403);
    expect(await status({}, { 'https://mercure.rocks/': all })).toBe(403);
  });
});
