import { describe, expect, it } from 'vitest';
import { connect } from '../../src/index';
import { scriptedFetch, settle } from '../helpers/script';

const url = 'http://localhost/';

describe('comments', () => {
  it('of several chunks are each told once', async () => {
    const { fetch, call } = scriptedFetch();
    const log: string[] = [];
    const stream = connect(url, {
      fetch,
      onEvent: ({ data }) => log.push(data),
      onComment: (text) => log.push(text),
    });
    call(0).open();
    for (const chunk of [':a\n\n', 'data: b\n\n:c\n\n', 'data: d\n\n']) {
      call(0).send(chunk);
      await settle();
    }
    expect(log).toEqual(['a', 'b', 'c', 'd']);
    stream.close();
  });
});

describe('what follows the last event in its chunk', () => {
  const large = `data: ${'x'.repeat(200)}\n\n`;

  it('does not count, even if it cannot be read', async () => {
    const { fetch, call } = scriptedFetch();
    const seen: string[] = [];
    const stream = connect(url, {
      fetch,
      maxEventSize: 100,
      onEvent: ({ data }) => seen.push(data),
      terminal: ({ data }) => data === '[DONE]',
    });
    call(0).open().send(`id: 1\ndata: [DONE]\n\nid: 2\n${large}`);
    expect(await stream.closed).toEqual({ reason: 'terminal' });
    expect([seen, stream.lastEventId]).toEqual([['[DONE]'], '1']);
  });
});
