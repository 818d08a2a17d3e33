import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { parseEventStream } from '../../parser/src/index';
import { createMemoryLog } from '../../server/src/index';
import { UpdateError } from '../src/index';
import { startHub, vias } from './helpers/hubs';

const reserved = [
  ['', 'the empty topic'],
  ['/.well-known/mercure', 'the path'],
  ['/.well-known/mercure/subscriptions/exact/a/b', 'a path below it'],
  ['mercure', 'a relative path'],
  ['mercure/x', 'a relative path below it'],
  ['./mercure', 'a relative path with a dot'],
  ['?x', 'a query'],
  ['#x', 'a fragment'],
  ['/.well-known/%6Dercure', 'an escape'],
  ['/%2Ewell-known/mercure/x', 'an escaped dot'],
  ['/.well-known/%6d%65rcure', 'escapes in lower case'],
  ['/a/../.well-known/mercure', 'dots'],
  ['/.well-known/mercure/../mercure/x', 'dots within'],
  ['/.well-known/./mercure', 'a dot within'],
  ['/a/%2e%2e/.well-known/mercure', 'escaped dots'],
  ['\\.well-known\\mercure', 'backslashes'],
  ['//hub.example/.well-known/mercure', 'a host'],
  ['https://hub.example/.well-known/mercure', 'the address'],
  ['https://other.example/.well-known/mercure/x', 'another host'],
  ['https:\\\\other.example/.well-known/mercure', 'another host with backslashes'],
  ['HTTP://OTHER.example/.well-known/mercure', 'another scheme'],
  ['tenant:/.well-known/mercure', 'a scheme of its own'],
  ['https://user:pass@a.example:8443/.well-known/mercure?x#y', 'everything around it'],
];
const free = [
  '/.well-known/mercury',
  '/.well-known/mercure2',
  '/.well-known/Mercure',
  '/mercure',
  'https://other.example/mercure',
  'tenant:.well-known/mercure',
  'https://exa mple/.well-known/mercure',
  'urn:isbn:1',
  'a b',
  '/.well-known%2Fmercure',
  'https://other.example/?/.well-known/mercure',
];

describe('check 3, what a hub does not publish:', () => {
  it.each(reserved)('the topic %j is in its own namespace (%s)', async (topic) => {
    const { publish } = await startHub();
    const response = await publish({ topic: ['fine', topic] });
    expect([response.status, await response.text()]).toEqual([
      400,
      "topic must not be at or below the hub's own path\n",
    ]);
  });

  it.each(free)('but the topic %j is nobody else’s', async (topic) => {
    const { publish } = await startHub();
    expect((await publish({ topic })).status).toBe(200);
  });

  it('the namespace follows the path of each of the hub’s addresses', async () => {
    const { hub } = await startHub({ url: 'https://hub.example/live/hub' });
    await expect(hub.publish({ topics: '/live/hub/x' })).rejects.toMatchObject({
      code: 'INVALID_UPDATE',
      field: 'topic',
    });
    await expect(hub.publish({ topics: 'hub' })).rejects.toMatchObject({ field: 'topic' });
    await expect(hub.publish({ topics: '/.well-known/mercure' })).resolves.toMatch(/^urn:/);
  });

  it.each<[string, Record<string, string | string[]>, number]>([
    ['no topic', { data: 'x' }, 400],
    ['the topic *', { topic: '*' }, 400],
    ['a topic with NUL', { topic: 'a\0' }, 400],
    ['a topic with LF', { topic: 'a\nb' }, 400],
    ['a topic with CR', { topic: 'a\rb' }, 400],
    ['a topic with an override of direction', { topic: 'a\u202eb' }, 400],
    ['a topic with a control character of C1', { topic: 'a\u0085' }, 400],
    ['a topic with a zero-width joiner', { topic: 'a\u200d' }, 400],
    ['an id with LF', { topic: 'a', id: 'x\ny' }, 400],
    ['an id with a format character', { topic: 'a', id: 'x\u200b' }, 400],
    ['an id that begins with #', { topic: 'a', id: '#x' }, 400],
    ['the id earliest', { topic: 'a', id: 'earliest' }, 400],
    ['a type with LF', { topic: 'a', type: 'x\ny' }, 400],
    ['a type with DEL', { topic: 'a', type: 'x\x7f' }, 400],
    ['the type mercure', { topic: 'a', type: 'mercure' }, 400],
    ['a type of Eventwire', { topic: 'a', type: 'eventwire:end' }, 400],
    ['a retry that is a number in another form', { topic: 'a', retry: '1e3' }, 400],
    ['a retry with a sign', { topic: 'a', retry: '-1' }, 400],
    ['a retry with other digits', { topic: 'a', retry: '１' }, 400],
    ['a retry beyond what is exact', { topic: 'a', retry: '99999999999999999999' }, 400],
    ['too many topics', { topic: Array.from({ length: 1001 }, (_, n) => `${n}`) }, 413],
    ['a topic that is too long', { topic: 'x'.repeat(4097) }, 413],
    ['an id that is too long', { topic: 'a', id: 'é'.repeat(513) }, 413],
    ['a type that is too long', { topic: 'a', type: 'x'.repeat(1025) }, 413],
  ])('%s', async (_, fields, status) => {
    const { publish, subscribe } = await startHub();
    const reader = await subscribe('?match=*');
    const response = await publish(fields);
    expect(response.status).toBe(status);
    expect((await response.text()).split('\n')).toHaveLength(2);
    await publish({ topic: 'a', data: 'next' });
    await reader.until(1);
    expect(reader.data).toEqual(['next']);
  });

  it.each([
    ['mercure', 'type must not be mercure, which is for the hub itself'],
    ['eventwire:end', 'type must not begin with eventwire:, which is reserved'],
  ])('the type %s is refused, and the publisher is told why', async (type, why) => {
    const { publish } = await startHub();
    expect(await (await publish({ topic: 'a', type })).text()).toBe(`${why}\n`);
  });

  it('fields that it does not know are ignored, and so are empty ones', async () => {
    const { publish, subscribe } = await startHub();
    const reader = await subscribe('?match=a');
    const response = await publish({ topic: 'a', id: '', type: '', retry: '', unknown: 'x', target: 'y' });
    const id = await response.text();
    expect(await reader.until(1)).toEqual([{ type: 'message', id, data: '' }]);
  });

  it('a topic that is there more than once counts once', async () => {
    const { publish, subscribe } = await startHub();
    const reader = await subscribe('?match=a');
    expect((await publish({ topic: Array.from({ length: 1001 }, () => 'a'), data: 'x' })).status).toBe(200);
    await publish({ topic: 'a', data: 'last' });
    await reader.until(2);
    expect(reader.data).toEqual(['x', 'last']);
  });

  it('bytes that are no UTF-8 are refused, and not replaced', async () => {
    const { request, token } = await startHub();
    const headers = {
      authorization: `Bearer ${await token()}`,
      'content-type': 'application/x-www-form-urlencoded',
    };
    for (const body of ['topic=a%FF', 'topic=a&data=%C3', Buffer.from([0x74, 0xff])])
      expect((await request('', { method: 'POST', headers, body })).status).toBe(400);
    expect((await request('?match=%FF')).status).toBe(400);
  });

  it.each([
    ['text/plain', 'topic=a'],
    ['application/json', '{"topic":"a"}'],
    [
      'multipart/form-data; boundary=x',
      '--x\r\ncontent-disposition: form-data; name="topic"\r\n\r\na\r\n--x--',
    ],
  ])('a body of type %s', async (type, body) => {
    const { request, token } = await startHub();
    const headers = { authorization: `Bearer ${await token()}`, 'content-type': type };
    expect((await request('', { method: 'POST', headers, body })).status).toBe(400);
  });
});

it.each(['application/x-www-form-urlencoded; charset=utf-8', 'Application/X-WWW-Form-Urlencoded'])(
  'a form is one whatever its type says beside it: %s',
  async (type) => {
    const { request, token } = await startHub();
    const headers = { authorization: `Bearer ${await token()}`, 'content-type': type };
    expect((await request('', { method: 'POST', headers, body: 'topic=a' })).status).toBe(200);
  },
);

describe('the id of an update', () => {
  it('is the publisher’s, unless it could be taken for one of the hub’s or could not be sent back', async () => {
    const { publish } = await startHub();
    const own = await (await publish({ topic: 'a' })).text();
    const idOf = async (id: string) => (await publish({ topic: 'a', id })).text();
    for (const id of ['x', 'urn:uuid:1', 'id-["a"]', 'a b']) expect(await idOf(id)).toBe(id);
    for (const id of [own, ' x', 'x ', 'é 漢', 'urn:eventwire:anything']) {
      const given = await idOf(id);
      expect(given).not.toBe(id);
      expect(given).toMatch(/^urn:eventwire:/);
    }
  });

  it('is an IRI also if the log’s own ids are none', async () => {
    const { hub } = await startHub({ log: createMemoryLog() });
    expect(await hub.publish({ topics: 'a' })).toMatch(/^urn:uuid:[0-9a-f-]{36}$/);
    expect(await hub.publish({ topics: 'a', id: 'mine' })).toBe('mine');
  });

  it('is the hub’s own if the log refuses it, which knows it for the place of another', async () => {
    const log = createMemoryLog();
    const { hub } = await startHub({ log });
    await hub.publish({ topics: 'a' });
    expect(await hub.publish({ topics: 'a', id: await log.lastId() })).toMatch(/^urn:uuid:[0-9a-f-]{36}$/);
  });

  it('is found again after the log has failed once, and the publisher is told to try again', async () => {
    const log = createMemoryLog({ idPrefix: 'urn:eventwire:' });
    const failure = new Error('The log is away');
    const lastId = vi.spyOn(log, 'lastId').mockRejectedValue(failure);
    const { publish, errors } = await startHub({ log });
    const refused = await publish({ topic: 'a' });
    expect([refused.status, await refused.text()]).toEqual([
      503,
      'The hub cannot do this at the moment: try again\n',
    ]);
    expect(errors).toContain(failure);
    lastId.mockRestore();
    expect(await (await publish({ topic: 'a' })).text()).toMatch(/^urn:eventwire:/);
  });

  it('is that of the first publication with an Idempotency-Key of the same publisher', async () => {
    const { publish, subscribe } = await startHub();
    const reader = await subscribe('?match=a');
    const send = async (data: string, key: string) =>
      (await publish({ topic: 'a', data }, { 'idempotency-key': key })).text();
    const first = await send('one', 'k');
    expect(await send('again', 'k')).toBe(first);
    expect(await send('two', 'l')).not.toBe(first);
    await reader.until(2);
    expect(reader.data).toEqual(['one', 'two']);
    expect((await publish({ topic: 'a' }, { 'idempotency-key': '' })).status).toBe(400);
  });
});

describe('publish in the process', () => {
  it('follows the same rules', async () => {
    const { hub, subscribe } = await startHub();
    const reader = await subscribe('?match=a');
    await hub.publish({ topics: ['a', 'b'], data: 'x', id: 'i', type: 't', retry: 5 });
    expect(await reader.until(1)).toEqual([{ type: 't', id: 'i', data: 'x', retry: '5' }]);
    for (const update of [
      { topics: [] },
      { topics: '*' },
      { topics: 'a', type: 'mercure' },
      { topics: 'a\ud800' },
      { topics: 'a', retry: -1 },
      { topics: 'a', retry: 0.5 },
      { topics: 'a', retry: Number.NaN },
      { topics: 'a', retry: '5' as never },
    ])
      await expect(hub.publish(update)).rejects.toThrow(UpdateError);
    await hub.publish({ topics: 'a', id: 'j', retry: 0 });
    expect((await reader.until(2))[1]).toEqual({ type: 'message', id: 'j', data: '', retry: '0' });
    await expect(hub.publish({ topics: 'a', retry: -1 })).rejects.toMatchObject({
      code: 'INVALID_UPDATE',
      field: 'retry',
      message: 'retry must be whole milliseconds',
    });
    await expect(hub.publish({ topics: 7 as never })).rejects.toMatchObject({ field: 'topic' });
    await expect(hub.publish({ topics: 'a', data: 7 as never })).rejects.toMatchObject({ field: 'data' });
    await expect(hub.publish('a' as never)).rejects.toMatchObject({
      field: 'update',
      message: 'update must be an object',
    });
  });
});

describe.each(vias)('check 4, by %s', (via) => {
  it('no publication that is accepted yields a second event, or a field that it did not set', async () => {
    const { publish, subscribe } = await startHub({}, via);
    const reader = await subscribe('?match=*');
    const text = fc.oneof(
      fc.string({ maxLength: 12 }),
      fc.stringMatching(/^[\r\n:a \0]{0,8}$/),
      fc.constantFrom('data: x', '\n\n', 'id: x\ndata: y\n\n', '\u2028', '\ufeff'),
    );
    const word = fc.stringMatching(/^[a-z]{1,5}$/);
    const often = (usual: fc.Arbitrary<string>) =>
      fc.oneof({ weight: 9, arbitrary: usual }, { weight: 1, arbitrary: text });
    const fields = fc.record(
      {
        topic: fc.array(often(word), { minLength: 1, maxLength: 2 }),
        data: text,
        id: often(word),
        type: often(word),
        retry: often(fc.stringMatching(/^[0-9]{1,3}$/)),
      },
      { requiredKeys: ['topic'] },
    );
    const accepted: unknown[] = [];
    const refused = new Set<number>();
    await fc.assert(
      fc.asyncProperty(fields, async (given) => {
        const response = await publish(given);
        const body = await response.text();
        if (response.status !== 200) {
          refused.add(response.status);
          return;
        }
        const { data = '', type = '', retry = '' } = given;
        accepted.push({
          id: body,
          data: data.replace(/\r\n?|\n/g, '\n'),
          type: type || 'message',
          retry: retry === '' ? undefined : Number(retry),
        });
      }),
      { numRuns: via === 'fetch' ? 300 : 60, seed: 7 },
    );
    await reader.until(accepted.length);
    const received: unknown[] = [];
    // The parser has to find exactly what was published.
    for await (const event of parseEventStream(new Response(reader.text).body as ReadableStream<Uint8Array>, {
      onRetry: () => {},
    }))
      received.push({ id: event.id, data: event.data, type: event.type || 'message' });
    expect(received).toEqual(
      accepted.map((one) => ({ ...(one as object), retry: undefined })).map(({ retry: _, ...rest }) => rest),
    );
    expect(accepted.length).toBeGreaterThan(20);
    expect([...refused].every((status) => status === 400)).toBe(true);
  });
});

it.each<[object, string, string]>([
  [{ topics: [] }, 'topic', 'is missing: an update has at least one'],
  [{ topics: ['a', '*'] }, 'topic', 'must not be *, which stands for all topics'],
  [{ topics: ['a', 'b', 'c', 'd'] }, 'topic', 'may be there 3 times at most'],
  [{ topics: 'ééx' }, 'topic', 'must be no longer than 4 bytes'],
  [{ topics: 'a\n' }, 'topic', 'must not contain control or format characters'],
  [{ topics: [7] }, 'topic', 'must be a text'],
  [{ topics: 'a', data: 7 }, 'data', 'must be a text'],
  [{ topics: 'a', id: 'x'.repeat(9) }, 'id', 'must be no longer than 8 bytes'],
  [{ topics: 'a', id: '#' }, 'id', 'must not begin with #, which is for ids of hubs'],
  [{ topics: 'a', id: 'earliest' }, 'id', 'must not be earliest, which stands for the beginning'],
  [{ topics: 'a', type: 'x'.repeat(9) }, 'type', 'must be no longer than 8 bytes'],
  [{ topics: 'a', private: 'on' }, 'private', 'must be true or false'],
  [{ topics: 'a', x: 1 }, 'x', 'is unknown: known are topics, data, private, id, type, retry'],
])('the update %j is refused, and the publisher is told the rule', async (update, field, rule) => {
  const { hub } = await startHub({ limits: { maxTopics: 3, maxTopicBytes: 4, maxIdBytes: 8 } });
  const isMuch = /at most|no longer/.test(rule);
  await expect(hub.publish(update as never)).rejects.toMatchObject({
    name: 'UpdateError',
    code: isMuch ? 'UPDATE_TOO_LARGE' : 'INVALID_UPDATE',
    field,
    message: `${field} ${rule}`,
  });
});

it('an update that has as much as its hub allows is published', async () => {
  const { hub } = await startHub({ limits: { maxTopics: 3, maxTopicBytes: 4, maxIdBytes: 8 } });
  const update = { topics: ['éé', 'b', 'c'], id: 'x'.repeat(8), type: 'x'.repeat(8), data: undefined };
  expect(await hub.publish(update)).toBe('x'.repeat(8));
});

it.each<[object, string]>([
  [{ topics: 'a', private: 'on' }, 'private'],
  [{ topics: 'a', privat: true }, 'privat'],
  [{ topic: 'a' }, 'topic'],
])(
  'the hub’s own process does not publish %j, which a slip of the pen would make public',
  async (update, field) => {
    const { hub } = await startHub();
    await expect(hub.publish(update as never)).rejects.toMatchObject({ code: 'INVALID_UPDATE', field });
    await expect(hub.publish({ topics: 'a' }, { idempotencykey: 'x' } as object)).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      option: 'idempotencykey',
    });
    expect((await hub.channel.stats()).published).toBe(0);
  },
);
