import { describe, expect, it } from 'vitest';
import { startHub, vias } from './helpers/hubs';

describe.each(vias)('a hub by %s', (via) => {
  it('gives an update to the subscribers of its topics, with the id that the publisher is told', async () => {
    const { publish, subscribe } = await startHub({}, via);
    const mine = await subscribe('?match=https://example.org/a&match=b');
    const others = await subscribe('?match=c');
    const pattern = await subscribe('?match_urlpattern=https://example.org/:any');
    const everything = await subscribe('?match=*');
    expect(mine.response.status).toBe(200);
    expect(mine.response.headers.get('content-type')).toBe('text/event-stream');
    const response = await publish({
      topic: ['https://example.org/a', 'b'],
      data: 'one\ntwo',
      type: 'news',
      retry: '7',
    });
    const id = await response.text();
    expect([response.status, response.headers.get('content-type')]).toEqual([
      200,
      'text/plain; charset=utf-8',
    ]);
    expect(id).toMatch(/^urn:eventwire:/);
    const expected = [{ type: 'news', id, data: 'one\ntwo', retry: '7' }];
    for (const reader of [mine, pattern, everything]) expect(await reader.until(1)).toEqual(expected);
    await publish({ topic: 'c', data: 'last' });
    expect((await others.until(1)).map(({ data }) => data)).toEqual(['last']);
    expect(mine.events).toEqual(expected);
    expect(mine.text.startsWith(':\n')).toBe(true);
  });
});
