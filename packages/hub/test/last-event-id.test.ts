import { describe, expect, it } from 'vitest';
import { createMemoryLog } from '../../server/src/index';
import { startHub, vias } from './helpers/hubs';

const HEADER = 'mercure-last-event-id';

describe.each(vias)('check 8, the last event ID, by %s:', (via) => {
  const setUp = async (count = 3, options: Parameters<typeof startHub>[0] = {}) => {
    const hub = await startHub(options, via);
    const ids: string[] = [];
    for (let n = 1; n <= count; n++) ids.push(await hub.hub.publish({ topics: 'a', data: `${n}` }));
    const read = async (query: string, headers: Record<string, string> = {}, expected = 0) => {
      const reader = await hub.subscribe(`?match=a${query}`, headers);
      await reader.until(expected);
      return { header: reader.response.headers.get(HEADER), data: reader.data, reader };
    };
    return { ...hub, ids, read };
  };

  it('brings what follows it, and the response repeats it', async () => {
    const { ids, read } = await setUp();
    const [first = '', second = '', third = ''] = ids;
    expect(await read(`&last_event_id=${first}`, {}, 2)).toMatchObject({ header: first, data: ['2', '3'] });
    expect(await read('', { 'last-event-id': second }, 1)).toMatchObject({ header: second, data: ['3'] });
    expect(await read(`&last_event_id=${third}`)).toMatchObject({ header: third, data: [] });
    expect(await read('')).toMatchObject({ header: null, data: [] });
  });

  it('of the header counts before that of the query, and that before the one of a body', async () => {
    const { ids, read, request } = await setUp();
    const [first = '', second = '', third = ''] = ids;
    expect(await read(`&last_event_id=${first}`, { 'last-event-id': third })).toMatchObject({
      header: third,
    });
    const ask = async (query: string, headers: Record<string, string> = {}) => {
      const abort = new AbortController();
      const body = new URLSearchParams({ match: 'a', last_event_id: first });
      const response = await request(query, { method: 'QUERY', body, headers, signal: abort.signal });
      abort.abort();
      return [response.status, response.headers.get(HEADER)];
    };
    expect(await ask('')).toEqual([200, first]);
    expect(await ask(`?last_event_id=${second}`)).toEqual([200, second]);
    expect(await ask(`?last_event_id=${second}`, { 'last-event-id': third })).toEqual([200, third]);
  });

  it('that is empty begins now, and the response names the newest update', async () => {
    const { ids, read, hub } = await setUp();
    const { header, reader } = await read('&last_event_id=');
    expect(header).toBe(ids[2]);
    await hub.publish({ topics: 'a', data: 'next', id: 'own' });
    await reader.until(1);
    expect(reader.data).toEqual(['next']);
    expect((await read('&last_event_id=')).header).toBe('own');
  });

  it('earliest brings everything that is held', async () => {
    const { read } = await setUp();
    expect(await read('&last_event_id=earliest', {}, 3)).toMatchObject({
      header: 'earliest',
      data: ['1', '2', '3'],
    });
    const empty = await setUp(0);
    for (const id of ['', 'earliest', 'urn:eventwire:old.1', 'foreign'])
      expect(await empty.read(`&last_event_id=${id}`)).toMatchObject({ header: 'earliest', data: [] });
  });

  it('that was discarded, or is of a log that is gone, brings all that is held, and the response says that there is a gap', async () => {
    const { ids, read } = await setUp(8, {
      log: createMemoryLog({ maxEvents: 3, idPrefix: 'urn:eventwire:' }),
    });
    expect(await read(`&last_event_id=${ids[0]}`, {}, 3)).toMatchObject({
      header: 'earliest',
      data: ['6', '7', '8'],
    });
    expect(await read('&last_event_id=urn:eventwire:before.7', {}, 3)).toMatchObject({
      header: 'earliest',
      data: ['6', '7', '8'],
    });
  });

  it('of somebody else brings nothing old, since it may be newer than all that is held', async () => {
    const { read, hub } = await setUp();
    const { header, reader } = await read('&last_event_id=urn:uuid:elsewhere');
    expect(header).toBe('earliest');
    await hub.publish({ topics: 'a', data: 'next' });
    await reader.until(1);
    expect(reader.data).toEqual(['next']);
  });

  it('that several updates have brings what follows the earliest of them, the others too', async () => {
    const { hub, read } = await setUp(0);
    for (const data of ['1', '2', '3'])
      await hub.publish({ topics: 'a', data, id: data === '2' ? 'other' : 'same' });
    expect(await read('&last_event_id=same', {}, 2)).toMatchObject({ header: 'same', data: ['2', '3'] });
  });

  it('may have quotes and spaces within', async () => {
    const { hub, read } = await setUp(0);
    await hub.publish({ topics: 'a', data: '1', id: 'a; "x" b' });
    await hub.publish({ topics: 'a', data: '2' });
    const { reader, header } = await read(`&last_event_id=${encodeURIComponent('a; "x" b')}`, {}, 1);
    expect(header).toBe('a; "x" b');
    expect(reader.data).toEqual(['2']);
  });

  it('is found at once among 50,000', async () => {
    const log = createMemoryLog({ maxEvents: 50_000, idPrefix: 'urn:eventwire:' });
    for (let n = 0; n < 50_000; n++) log.append('x', { topic: 'a', wireId: `id-${n}` });
    const { read } = await setUp(0, { log });
    const before = process.cpuUsage();
    expect(await read('&last_event_id=id-49998', {}, 1)).toMatchObject({ header: 'id-49998', data: ['x'] });
    const { user } = process.cpuUsage(before);
    // A search through all of them would take longer than this for a request, which takes some milliseconds.
    expect(user / 1000).toBeLessThan(200);
  });
});
