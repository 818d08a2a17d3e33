import { describe, expect, it, vi } from 'vitest';
import { createMemoryLog } from '../../server/src/index';
import type { SubscriptionStore } from '../src/index';
import { startHub, vias } from './helpers/hubs';
import { detail, mint } from './helpers/tokens';

const ROOT = '/.well-known/mercure/subscriptions';

describe.each(vias)('check 10, active subscriptions, by %s:', (via) => {
  const setUp = async (store: true | SubscriptionStore = true) => {
    const hub = await startHub({ subscriptions: store }, via);
    const authorization = { authorization: `Bearer ${await hub.token()}` };
    const watch = async () =>
      hub.subscribe(`?match_urlpattern=${ROOT}/:type/:match/:subscriber`, authorization);
    const list = async (path = '', headers: Record<string, string> = authorization) =>
      hub.request(`${ROOT}${path}`, { headers });
    return { ...hub, watch, list };
  };
  const documents = (reader: { data: string[] }) => reader.data.map((data) => JSON.parse(data));

  it('are announced as they begin and end, to themselves too, and to nobody without a grant', async () => {
    const { watch, subscribe, url } = await setUp();
    const watcher = await watch();
    const itself = documents({ data: (await watcher.until(1)).map(({ data }) => data) })[0];
    expect(watcher.events[0]?.type).toBe('mercure');
    expect(itself).toMatchObject({ type: 'subscription', match_type: 'urlpattern', active: true });
    const nobody = await subscribe(`?match_urlpattern=${ROOT}/*`);
    await watcher.until(2);
    const claims = {
      authorization_details: [
        detail(['publish'], [{ match: '*' }], { payload: { of: 'publish' } }),
        detail(['subscribe'], [{ match: 'https://x.example/a?b=1%2F2' }], { payload: { of: 'first' } }),
        detail(['subscribe'], [{ match: '*' }], { payload: { of: 'rest' } }),
      ],
    };
    const match = 'https://x.example/a?b=1%2F2';
    const query = `?match=${encodeURIComponent(match)}&match_urlpattern=${encodeURIComponent('/b/:c(x*)é')}`;
    const reader = await subscribe(query, { authorization: `Bearer ${await mint(url, { claims })}` });
    await watcher.until(4);
    const [, , first, second] = documents(watcher);
    const { subscriber } = first;
    expect(subscriber).toMatch(/^urn:uuid:[0-9a-f-]{36}$/);
    const escaped = `${ROOT}/exact/https%3A%2F%2Fx.example%2Fa%3Fb%3D1%252F2/${subscriber.replaceAll(':', '%3A')}`;
    const common = { type: 'subscription', subscriber, active: true };
    expect(first).toEqual({ ...common, id: escaped, match_type: 'exact', match, payload: { of: 'first' } });
    const id = `${ROOT}/urlpattern/%2Fb%2F%3Ac%28x%2A%29%C3%A9/${subscriber.replaceAll(':', '%3A')}`;
    expect(second).toEqual({
      ...common,
      id,
      match_type: 'urlpattern',
      match: '/b/:c(x*)é',
      payload: { of: 'rest' },
    });
    reader.leave();
    await watcher.until(6);
    expect(documents(watcher).slice(4)).toEqual([
      { ...first, active: false },
      { ...second, active: false },
    ]);
    expect(nobody.data).toEqual([]);
  });

  it('are listed: all, those of a matcher, or one', async () => {
    const { list, subscribe, watch, hub, url } = await setUp();
    expect((await list()).headers.get('link')).toContain('last-event-id="earliest"');
    const watcher = await watch();
    await subscribe('?match=a&match=b');
    await subscribe('?match=a');
    await watcher.until(4);
    const response = await list();
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/json']);
    const newest = watcher.events[3]?.id;
    expect(response.headers.get('link')).toBe(
      `<${url}>; rel="mercure"; last-event-id="${newest}"; type="mercure"; content-type="application/json"`,
    );
    const all = (await response.json()) as {
      id: string;
      type: string;
      subscriptions: { id: string; match: string }[];
    };
    expect([all.id, all.type]).toEqual([ROOT, 'subscriptions']);
    expect(all.subscriptions.map(({ match }) => match).sort()).toEqual(
      ['a', 'a', 'b', `${ROOT}/:type/:match/:subscriber`].sort(),
    );
    const ofA = (await (await list('/exact/a')).json()) as typeof all;
    expect([ofA.id, ofA.subscriptions.length]).toEqual([`${ROOT}/exact/a`, 2]);
    const one = all.subscriptions.find(({ match }) => match === 'b');
    expect(await (await list(one?.id.slice(ROOT.length))).json()).toEqual(one);
    expect((await hub.subscriptions()).length).toBe(4);
  });

  it('are listed for tokens that grant the path as it was sent, without its query', async () => {
    const { list, url } = await setUp();
    const status = async (path: string, topics: object[]) => {
      const claims = { authorization_details: [detail(['subscribe'], topics)] };
      return (await list(path, { authorization: `Bearer ${await mint(url, { claims })}` })).status;
    };
    expect(await status('', [{ match: ROOT }])).toBe(200);
    expect(await status('?x=y', [{ match: ROOT }])).toBe(200);
    expect(await status('/exact/a', [{ match: ROOT }])).toBe(403);
    expect(await status('/exact/a%2Fb', [{ match: `${ROOT}/exact/a%2Fb` }])).toBe(200);
    expect(await status('/exact/a%2fb', [{ match: `${ROOT}/exact/a%2Fb` }])).toBe(403);
    expect(await status('/exact/a', [{ match: `${ROOT}/*`, match_type: 'urlpattern' }])).toBe(200);
    expect((await list('', {})).status).toBe(401);
  });

  it('that are not there, or not at such an address', async () => {
    const { list } = await setUp();
    const statuses: number[] = [];
    for (const path of [
      '/exact/a/urn:uuid:1',
      '/exact',
      '/exact/a/b/c',
      '/regexp/a',
      '/exact/%ff',
      '/exact/a',
    ])
      statuses.push((await list(path)).status);
    expect(statuses).toEqual([404, 404, 404, 400, 400, 200]);
  });

  it('a client that has the newest list is told so, once it has shown that it may have it', async () => {
    const { list, watch, token } = await setUp();
    const watcher = await watch();
    await watcher.until(1);
    const authorization = `Bearer ${await token()}`;
    const etag = (await list()).headers.get('etag') ?? '';
    expect(etag).toBe(`"${watcher.events[0]?.id}"`);
    expect((await list('', { authorization, 'if-none-match': etag })).status).toBe(304);
    expect((await list('', { 'if-none-match': etag })).status).toBe(401);
    await watch();
    await watcher.until(2);
    expect((await list('', { authorization, 'if-none-match': etag })).status).toBe(200);
  });

  it('a list is told from one before it, though the newest updates of both have one id', async () => {
    const { list, watch, token, publish } = await setUp();
    const watcher = await watch();
    await watcher.until(1);
    const authorization = `Bearer ${await token()}`;
    await publish({ topic: 'a', id: 'urn:x:same' });
    const etag = (await list('', { authorization })).headers.get('etag') ?? '';
    await watch();
    await watcher.until(2);
    await publish({ topic: 'a', id: 'urn:x:same' });
    expect((await list('', { authorization, 'if-none-match': etag })).status).toBe(200);
  });

  it('are neither announced nor listed unless the hub is asked to', async () => {
    const { request, subscribe, token, hub } = await startHub({}, via);
    const authorization = { authorization: `Bearer ${await token()}` };
    const watcher = await subscribe('?match=*', authorization);
    await subscribe('?match=a');
    await hub.publish({ topics: 'a', data: 'x' });
    await watcher.until(1);
    expect(watcher.data).toEqual(['x']);
    expect((await request(ROOT, { headers: authorization })).status).toBe(404);
    expect(await hub.subscriptions()).toEqual([]);
  });

  it('are kept in the store that the hub is given', async () => {
    const kept = new Map<string, string>();
    const { hub, subscribe } = await setUp({
      add: async (entries) => {
        for (const [id, text] of entries) kept.set(id, text);
      },
      remove: async (ids) => {
        for (const id of ids) kept.delete(id);
      },
      list: async () => [...kept.values()],
      [Symbol.asyncDispose]: async () => {},
    });
    const reader = await subscribe('?match=a');
    await expect.poll(() => kept.size).toBe(1);
    expect(await hub.subscriptions()).toMatchObject([{ match: 'a' }]);
    reader.leave();
    await expect.poll(() => kept.size).toBe(0);
  });

  it('of a subscriber that was turned away, or had its head alone, do not begin', async () => {
    const { hub, subscribe, request, token } = await startHub(
      { subscriptions: true, channel: { maxSubscribers: 1 } },
      via,
    );
    const watcher = await subscribe('?match=*', { authorization: `Bearer ${await token()}` });
    await watcher.until(1);
    expect((await subscribe('?match=turned-away')).response.status).toBe(503);
    expect((await request('?match=head', { method: 'HEAD' })).status).toBe(200);
    expect(hub.disconnect(({ matchers }) => matchers[0]?.match !== '*')).toBe(0);
    await hub.publish({ topics: 'a', data: '{}' });
    await watcher.until(2);
    expect(documents(watcher)).toMatchObject([{ match: '*', active: true }, {}]);
    expect(await hub.subscriptions()).toMatchObject([{ match: '*' }]);
  });

  it('have addresses in which no character of a topic is taken for another', async () => {
    const { list, subscribe, hub } = await setUp();
    const match = "-._~ !'()*/:?#é";
    await subscribe(`?match=${encodeURIComponent(match)}`);
    await expect.poll(() => hub.subscriptions()).toMatchObject([{ match }]);
    const [one] = await hub.subscriptions();
    const escaped = '-._~%20%21%27%28%29%2A%2F%3A%3F%23%C3%A9';
    expect(one?.id.startsWith(`${ROOT}/exact/${escaped}/urn%3Auuid%3A`)).toBe(true);
    expect(await (await list(one?.id.slice(ROOT.length))).json()).toMatchObject({ id: one?.id, match });
  });

  it('leave a store that is slow after they have entered it, and before their hub is closed', async () => {
    const order: string[] = [];
    let open: () => void = () => {};
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const { hub, subscribe } = await setUp({
      add: async () => {
        order.push('enters');
        await gate;
        order.push('entered');
      },
      remove: async () => {
        order.push('leaves');
        await new Promise((resolve) => setImmediate(resolve));
        order.push('left');
      },
      list: async () => [],
      [Symbol.asyncDispose]: async () => {},
    });
    const reader = await subscribe('?match=a');
    await expect.poll(() => order).toEqual(['enters']);
    reader.leave();
    await expect.poll(() => hub.channel.size).toBe(0);
    const closed = hub.close({ timeout: 200 }).then(() => order.push('closed'));
    await new Promise((resolve) => setImmediate(resolve));
    open();
    await closed;
    expect(order).toEqual(['enters', 'entered', 'leaves', 'left', 'closed']);
  });

  it('that their store knows to have ended, or to be there again, are announced', async () => {
    let tell: Parameters<NonNullable<SubscriptionStore['onChange']>>[0] = () => {};
    const texts: string[] = [];
    const { subscribe, token } = await setUp({
      add: async (entries) => void texts.push(...entries.values()),
      remove: async () => {},
      list: async () => texts,
      onChange: (listener) => {
        tell = listener;
      },
      [Symbol.asyncDispose]: async () => {},
    });
    const watcher = await subscribe(`?match_urlpattern=${ROOT}/exact/a/*`, {
      authorization: `Bearer ${await token()}`,
    });
    await subscribe('?match=a');
    await watcher.until(1);
    tell(
      texts.filter((text) => JSON.parse(text).match === 'a'),
      false,
    );
    await watcher.until(2);
    tell(
      texts.filter((text) => JSON.parse(text).match === 'a'),
      true,
    );
    await watcher.until(3);
    const [begun, ended, again] = documents(watcher);
    expect(begun).toMatchObject({ match: 'a', active: true });
    expect([ended, again]).toEqual([{ ...begun, active: false }, begun]);
  });

  it('that the log does not take are told to onError, and not published behind its back', async () => {
    const log = createMemoryLog({ idPrefix: 'urn:eventwire:' });
    const failure = new Error('The log is full');
    const append = vi.spyOn(log, 'append').mockRejectedValue(failure);
    const { subscribe, errors } = await startHub({ subscriptions: true, log }, via);
    await subscribe('?match=a');
    await expect.poll(() => errors).toEqual([failure]);
    expect(append).toHaveBeenCalledOnce();
  });

  it('that end with their hub are announced at the others, to nobody without a grant', async () => {
    const log = createMemoryLog({ idPrefix: 'urn:eventwire:' });
    const [ending, other] = [await startHub({ subscriptions: true, log }, via), await startHub({ log }, via)];
    const authorization = `Bearer ${await other.token()}`;
    const watcher = await other.subscribe(`?match_urlpattern=${ROOT}/*`, { authorization });
    const nobody = await other.subscribe(`?match_urlpattern=${ROOT}/*&match=last`);
    await ending.subscribe('?match=a');
    await watcher.until(1);
    await ending.hub.close({ timeout: 200 });
    await watcher.until(2);
    const [begun, ended] = documents(watcher);
    expect(begun).toMatchObject({ match: 'a', active: true });
    expect(ended).toEqual({ ...begun, active: false });
    expect(watcher.events.map(({ type }) => type)).toEqual(['mercure', 'mercure']);
    expect(watcher.events[1]?.id).toMatch(/^urn:eventwire:/);
    await other.hub.publish({ topics: 'last', data: 'last' });
    await nobody.until(1);
    expect(nobody.data).toEqual(['last']);
    expect(ending.errors).toEqual([]);
  });

  it('are listed with a tag that stands in quotes, whatever the ids of the log are', async () => {
    const log = createMemoryLog({ idPrefix: 'urn:"x\\":' });
    const { request, token, hub } = await startHub({ subscriptions: true, log }, via);
    const authorization = `Bearer ${await token()}`;
    const place = await hub.publish({ topics: 'a' });
    expect(place.startsWith('urn:"x\\":')).toBe(true);
    const etag = (await request(ROOT, { headers: { authorization } })).headers.get('etag') ?? '';
    expect(etag).toBe(`"${place.replaceAll('"', '').replace('\\', '')}"`);
    const headers = { authorization, 'if-none-match': etag };
    expect((await request(ROOT, { headers })).status).toBe(304);
  });

  it('end with the hub', async () => {
    const { hub, watch } = await setUp();
    const watcher = await watch();
    await watcher.until(1);
    await hub.close();
    expect(await hub.subscriptions()).toEqual([]);
  });
});
