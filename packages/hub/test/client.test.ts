import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createMemoryLog } from '../../server/src/index';
import {
  createPublisher,
  discover,
  HubError,
  type HubSubscribeOptions,
  hubLink,
  subscribe,
} from '../src/client/index';
import { startHub } from './helpers/hubs';
import { mintLegacy, SECRET } from './helpers/tokens';

const setUp = async (options: Parameters<typeof startHub>[0] = {}) => {
  const hub = await startHub(options, 'node');
  const publisher = createPublisher({ url: hub.url, token: () => hub.token() });
  const follow = (options: HubSubscribeOptions) => {
    const events: string[] = [];
    const gaps: unknown[] = [];
    let open = 0;
    const stream = subscribe(hub.url, {
      reconnect: { initialDelay: 1 },
      onEvent: ({ data }) => void events.push(data),
      onGap: (gap) => gaps.push(gap),
      ...options,
      onOpen: () => open++,
    });
    onTestFinished(() => stream.close());
    return { events, gaps, stream, opened: () => expect.poll(() => open).toBeGreaterThan(0) };
  };
  return { ...hub, publisher, follow };
};

describe('a publisher and a subscriber in other processes', () => {
  it('meet at the hub', async () => {
    const { publisher, follow, token } = await setUp();
    const mine = follow({ match: ['a', 'b'], token: () => token() });
    const pattern = follow({ matchUrlPattern: ['https://x.example/:id'] });
    await mine.opened();
    await pattern.opened();
    const id = await publisher.publish({
      topics: ['a', 'https://x.example/1'],
      data: 'é\nx',
      private: true,
      type: 't',
      retry: 9,
    });
    await publisher.publish({ topics: 'https://x.example/2', data: 'public', id: 'urn:x:2' });
    await expect.poll(() => mine.events).toEqual(['é\nx']);
    await expect.poll(() => pattern.events).toEqual(['public']);
    expect(mine.stream.lastEventId).toBe(id);
    expect(pattern.stream.lastEventId).toBe('urn:x:2');
  });

  it('a subscriber goes on after a cut, and keeps its place while nothing is for it', async () => {
    const { hub, follow } = await setUp({ stream: { heartbeat: 20 } });
    const { events, gaps, stream, opened } = follow({ match: ['a'], lastEventId: 'earliest' });
    await opened();
    await hub.publish({ topics: 'a', data: '1' });
    await expect.poll(() => events).toEqual(['1']);
    const passed = await hub.publish({ topics: 'b', data: 'passed over' });
    await expect.poll(() => stream.lastEventId).toBe(passed);
    for (let n = 2; n <= 5; n++) {
      hub.disconnect(() => true);
      await hub.publish({ topics: 'a', data: `${n}` });
      await expect.poll(() => events.at(-1)).toBe(`${n}`);
    }
    expect(events).toEqual(['1', '2', '3', '4', '5']);
    expect(gaps).toEqual([]);
  });

  it('a subscriber is told of updates that were lost', async () => {
    const { hub, follow } = await setUp({
      log: createMemoryLog({ maxEvents: 2, idPrefix: 'urn:eventwire:' }),
    });
    const first = await hub.publish({ topics: 'a', data: '1' });
    for (let n = 2; n <= 5; n++) await hub.publish({ topics: 'a', data: `${n}` });
    const { events, gaps } = follow({ match: ['a'], lastEventId: first });
    await expect.poll(() => events).toEqual(['4', '5']);
    expect(gaps).toEqual([{ after: first, oldest: null }]);
  });

  it.each<[string, string | undefined, Record<string, string>, unknown[]]>([
    ['that asked for nothing is told of no gap', undefined, { 'mercure-last-event-id': 'urn:x:1' }, []],
    ['whose hub names no id is told of no gap', 'urn:x:1', {}, []],
    [
      'whose hub goes on from its id is told of no gap',
      'urn:x:1',
      { 'mercure-last-event-id': 'urn:x:1' },
      [],
    ],
    [
      'whose hub goes on from elsewhere is told of the gap',
      'urn:x:1',
      { 'mercure-last-event-id': 'earliest' },
      [{ after: 'urn:x:1', oldest: null }],
    ],
    [
      'whose hub of protocol 0.x goes on from elsewhere is told of the gap',
      'urn:x:1',
      { 'last-event-id': 'earliest' },
      [{ after: 'urn:x:1', oldest: null }],
    ],
    [
      'goes by the header of protocol 1.0 if there are both',
      'urn:x:1',
      { 'mercure-last-event-id': 'urn:x:1', 'last-event-id': 'earliest' },
      [],
    ],
  ])('a subscriber %s', async (_, lastEventId, headers, expected) => {
    const gaps: unknown[] = [];
    const stream = subscribe('https://hub.example/hub', {
      match: ['a'],
      lastEventId,
      onGap: (gap) => void gaps.push(gap),
      fetch: async () =>
        new Response('id: urn:x:2\ndata: x\n\n', {
          headers: { 'content-type': 'text/event-stream', ...headers },
        }),
      onEvent: () => stream.close(),
    });
    await stream.closed;
    expect(gaps).toEqual(expected);
  });

  const long = Array.from({ length: 90 }, (_, n) => `https://x.example/${'x'.repeat(50)}/${n}`);
  const query = (name: string) => new URLSearchParams(long.map((value) => [name, value])).toString();
  it.each<[string, HubSubscribeOptions, string, string, Record<string, string>, string]>([
    ['a topic', { match: ['a'] }, 'GET', 'match=a&eventwire=1', {}, ''],
    [
      'topics and patterns, from an id on',
      { match: ['a', 'b'], matchUrlPattern: ['/:c'], lastEventId: 'i' },
      'GET',
      'match=a&match=b&match_urlpattern=%2F%3Ac&eventwire=1&last_event_id=i',
      {},
      '',
    ],
    [
      'a topic with a token, from an id on',
      { match: ['a'], token: 'x', lastEventId: 'i' },
      'GET',
      'match=a&eventwire=1',
      { authorization: 'Bearer x', 'last-event-id': 'i' },
      '',
    ],
    [
      'a topic with headers',
      { match: ['a'], token: async () => 'x', headers: { 'x-own': 'y' } },
      'GET',
      'match=a&eventwire=1',
      { authorization: 'Bearer x', 'x-own': 'y' },
      '',
    ],
    [
      'a template of protocol 0.x, from an id on',
      { topic: ['/{a}'], token: 'x', lastEventId: 'i' },
      'GET',
      'topic=%2F%7Ba%7D&eventwire=1&lastEventID=i',
      { authorization: 'Bearer x', 'last-event-id': 'i' },
      '',
    ],
    [
      'a template of protocol 0.x',
      { topic: ['a'], token: 'x' },
      'GET',
      'topic=a&eventwire=1',
      { authorization: 'Bearer x' },
      '',
    ],
    ['many topics', { match: long }, 'QUERY', 'eventwire=1', {}, query('match')],
    ['many templates of protocol 0.x', { topic: long }, 'GET', `${query('topic')}&eventwire=1`, {}, ''],
  ])('%s: the subscriber sends what the hub has to know', async (_, options, method, sent, headers, body) => {
    const requests: unknown[] = [];
    const stream = subscribe('https://hub.example/hub', {
      ...options,
      fetch: async (url: string | URL | Request, init: RequestInit = {}) => {
        const own = Object.fromEntries(
          [...new Headers(init.headers)].filter(([name]) =>
            /^(authorization|last-event-id|x-own)$/.test(name),
          ),
        );
        requests.push([init.method ?? 'GET', String(url), own, String(init.body ?? '')]);
        return new Response('data: x\n\n', { headers: { 'content-type': 'text/event-stream' } });
      },
      onEvent: () => stream.close(),
    });
    await stream.closed;
    expect(requests).toEqual([[method, `https://hub.example/hub?${sent}`, headers, body]]);
  });

  it('a list that is too long for an address goes by QUERY', async () => {
    const { hub, follow } = await setUp();
    const { events, opened } = follow({
      match: Array.from({ length: 90 }, (_, n) => `https://x.example/${'x'.repeat(50)}/${n}`),
    });
    await opened();
    await hub.publish({ topics: `https://x.example/${'x'.repeat(50)}/89`, data: 'found' });
    await expect.poll(() => events).toEqual(['found']);
  });

  it('a token that is refused is asked for again', async () => {
    const { token, follow } = await setUp({ anonymous: false });
    let asked = 0;
    const { opened } = follow({ match: ['a'], token: () => (++asked === 1 ? 'a.b.c' : token()) });
    await opened();
    expect(asked).toBe(2);
  });

  it('speak protocol 0.x too', async () => {
    const verifier = { key: SECRET, algorithms: ['HS256'] };
    const { url, follow } = await setUp({ legacy: { publisher: verifier, subscriber: verifier } });
    const token = await mintLegacy({ publish: ['*'], subscribe: ['*'] });
    const { events, opened } = follow({ topic: ['https://x.example/{id}'], token });
    await opened();
    await createPublisher({ url, token }).publish({
      topics: 'https://x.example/1',
      data: 'x',
      private: true,
    });
    await expect.poll(() => events).toEqual(['x']);
  });

  it('a publication that is refused says why', async () => {
    const { url, publisher, hub } = await setUp();
    await expect(publisher.publish({ topics: '*' })).rejects.toMatchObject({
      ...{ name: 'HubError', code: 'REFUSED', status: 400 },
      message: 'topic must not be *, which stands for all topics',
    });
    await expect(createPublisher({ url, token: 'x' }).publish({ topics: 'a' })).rejects.toMatchObject({
      code: 'REFUSED',
      status: 401,
    });
    const away = createPublisher({ url: 'http://127.0.0.1:1/hub', token: 'x' });
    await expect(away.publish({ topics: 'a' })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      status: undefined,
      message: 'The hub could not be reached',
      cause: expect.any(TypeError),
    });
    await hub.close();
    await expect(publisher.publish({ topics: 'a' })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      status: 503,
    });
  });

  it('is published once under a key, however often it is told', async () => {
    const { publisher, hub } = await setUp();
    const ids = await Promise.all(
      [1, 2, 3].map(() => publisher.publish({ topics: 'a', data: 'x' }, { idempotencyKey: 'k' })),
    );
    expect(new Set(ids).size).toBe(1);
    expect((await hub.channel.stats()).published).toBeGreaterThan(0);
  });

  it.each<[object, string, string]>([
    [{}, 'match', 'expected a topic'],
    [{ match: [] }, 'match', 'expected a topic'],
    [{ match: ['a'], matches: ['b'] }, 'matches', 'Unknown option'],
    [{ match: 'a' }, 'match', "expected an array of texts, got 'a'"],
    [{ match: ['a'], matchUrlPattern: [5] }, 'matchUrlPattern', 'expected an array of texts, got an array'],
    [{ match: ['a'], method: 'POST' }, 'method', '`subscribe` sets it'],
    [{ match: ['a'], token: 5 }, 'token', ''],
  ])('the options %j are refused', (options, option, message) => {
    expect(() => subscribe('https://hub.example/hub', options)).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION', option, message: expect.stringContaining(message) }),
    );
  });
});

it.each<[unknown, string]>([
  [undefined, 'init'],
  [{ token: 'x' }, 'url'],
  [{ url: 'hub', token: 'x' }, 'url'],
  [{ url: 'https://hub.example/hub' }, 'token'],
  [{ url: 'https://hub.example/hub', token: 5 }, 'token'],
  [{ url: 'https://hub.example/hub', token: 'x', fetch: 'y' }, 'fetch'],
  [{ url: 'https://hub.example/hub', tokens: 'x' }, 'tokens'],
])('a publisher made with %j is refused', (init, option) => {
  expect(() => createPublisher(init as Parameters<typeof createPublisher>[0])).toThrow(
    expect.objectContaining({ code: 'INVALID_OPTION', option }),
  );
});

it.each<[object, object, string]>([
  [{ topics: 'a', privat: true }, {}, 'privat'],
  [{ topics: 'a', private: 'on' }, {}, 'private'],
  [{ topic: 'a' }, {}, 'topic'],
  [{ topics: 'a' }, { idempotencykey: 'x' }, 'idempotencykey'],
])('a publisher does not send %j with the options %j', async (update, options, option) => {
  const fetch = async () => new Response('sent');
  const publisher = createPublisher({ url: 'https://hub.example/hub', token: 'x', fetch });
  await expect(publisher.publish(update as never, options)).rejects.toMatchObject({
    code: 'INVALID_OPTION',
    option,
  });
});

it.each([
  [400, 'REFUSED'],
  [429, 'UNAVAILABLE'],
  [499, 'REFUSED'],
  [500, 'UNAVAILABLE'],
  [503, 'UNAVAILABLE'],
])('a publisher that the hub responds to with %d, and nothing more, is told so: %s', async (status, code) => {
  const fetch = async () => new Response(' \n', { status });
  const { publish } = createPublisher({ url: 'https://hub.example/hub', token: 'x', fetch });
  const message = `The hub responded with ${status}`;
  await expect(publish({ topics: 'a' })).rejects.toMatchObject({ name: 'HubError', code, status, message });
});

it('a publisher sends the token, the key and the fields that it was given, and no others', async () => {
  const sent: unknown[] = [];
  const fetch = async (url: string, init: RequestInit) => {
    const headers = Object.fromEntries(new Headers(init.headers));
    sent.push([url, init.method, headers, String(init.body)]);
    return new Response('urn:x:1');
  };
  const { publish } = createPublisher({ url: new URL('https://hub.example/hub'), token: () => 'x', fetch });
  expect(await publish({ topics: 'a', private: false })).toBe('urn:x:1');
  const update = { topics: ['a', 'b'], data: '', private: true, id: 'i', type: 't', retry: 0 };
  await publish(update, { idempotencyKey: 'k' });
  const authorization = 'Bearer x';
  expect(sent).toEqual([
    ['https://hub.example/hub', 'POST', { authorization }, 'topic=a'],
    [
      'https://hub.example/hub',
      'POST',
      { authorization, 'idempotency-key': 'k' },
      'topic=a&topic=b&data=&id=i&type=t&retry=0&private=on',
    ],
  ]);
});

it('a publication that its signal ends rejects with the reason of the signal', async () => {
  const controller = new AbortController();
  const fetch = async (_: string, { signal }: RequestInit) => {
    controller.abort(new Error('enough'));
    signal?.throwIfAborted();
    return new Response('urn:x:1');
  };
  const { publish } = createPublisher({ url: 'https://hub.example/hub', token: 'x', fetch });
  await expect(publish({ topics: 'a' }, { signal: controller.signal })).rejects.toThrow('enough');
});

it('a link without a hub is refused', () => {
  expect(() => hubLink({} as never)).toThrow(
    expect.objectContaining({ code: 'INVALID_OPTION', option: 'hub' }),
  );
});

describe('discovery', () => {
  it('finds in a resource’s headers what hubLink wrote into them', async () => {
    const link = hubLink({
      hub: 'https://h.example/hub?a,b',
      lastEventId: 'a "quoted\\" id, <x>; y',
      type: 't',
      contentType: 'application/json',
    });
    const others = [
      '<https://x.example/self>; rel=self',
      '</hub2>; title="a, b"; REL="other Mercure"',
      '<x>; rel="next"',
    ];
    const response = new Response('', { headers: { link: [link, ...others].join(', ') } });
    Object.defineProperty(response, 'url', { value: 'https://x.example/books/1' });
    expect(await discover(response)).toEqual({
      hubs: [new URL('https://h.example/hub?a,b'), new URL('https://x.example/hub2')],
      self: new URL('https://x.example/self'),
      ...{ lastEventId: 'a "quoted\\" id, <x>; y', type: 't', contentType: 'application/json' },
    });
  });

  it('takes the first of several attributes with one name, with or without quotes and spaces', async () => {
    const link =
      '</hub> ; Rel = mercure ; type=t;type="u" ; content-type ; LAST-EVENT-ID = "a\\"b"; rel="self"';
    const response = Object.defineProperty(new Response('', { headers: { link } }), 'url', {
      value: 'https://x.example/1',
    });
    expect(await discover(response)).toEqual({
      hubs: [new URL('https://x.example/hub')],
      self: new URL('https://x.example/1'),
      lastEventId: 'a"b',
      type: 't',
      contentType: '',
    });
  });

  it.each(['https://x.example/books/1', new URL('https://x.example/books/1')])(
    'asks for the head of a resource, and takes its links from there: %s',
    async (resource) => {
      const fetch = vi.fn(async () => new Response(null, { headers: { link: '<hub>; rel="mercure"' } }));
      vi.stubGlobal('fetch', fetch);
      onTestFinished(() => void vi.unstubAllGlobals());
      const { hubs, self } = await discover(resource);
      expect(fetch.mock.calls).toEqual([[resource, { method: 'HEAD' }]]);
      expect([hubs[0].href, self.href]).toEqual(['https://x.example/books/hub', 'https://x.example/books/1']);
    },
  );

  it('takes the address for the topic if there is no link to itself, and says if there is no hub', async () => {
    const response = (link: string) =>
      Object.defineProperty(new Response('', { headers: { link } }), 'url', { value: 'https://x.example/1' });
    expect((await discover(response('</hub>; rel="mercure"'))).self.href).toBe('https://x.example/1');
    const none = discover(response('</hub>; rel="mercurial"'));
    await expect(none).rejects.toThrow(HubError);
    await expect(none).rejects.toMatchObject({
      code: 'NO_HUB',
      message: 'The resource has no Link header with rel="mercure"',
    });
  });
});
