import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readLastEventId } from '../../src/index';

const url = 'http://localhost/events';

const bytes = (id: string) => Buffer.from(id).toString('latin1');

describe('The last event ID of a request', () => {
  it.each([
    ['the header', '', { 'Last-Event-ID': '7' }, '7'],
    ['the header as UTF-8', '', { 'Last-Event-ID': bytes('ключ-é-😀') }, 'ключ-é-😀'],
    ['the header where it is no UTF-8', '', { 'Last-Event-ID': 'caf\xe9' }, 'café'],
    ['the header with a byte order mark', '', { 'Last-Event-ID': bytes('\ufeff1') }, '\ufeff1'],
    ['the header before the query', '?lastEventId=2', { 'Last-Event-ID': '1' }, '1'],
    ['the query', '?x=1&lastEventId=%D0%BA%2B', {}, 'к+'],
    ['the query where the header is empty', '?lastEventId=2', { 'Last-Event-ID': '' }, '2'],
    ['the query, without the fragment', '?lastEventId=2#3', {}, '2'],
    ['the query, but not of the fragment', '#?lastEventId=3', {}, ''],
    ['nothing', '?b', {}, ''],
    ['an empty parameter', '?lastEventId=', {}, ''],
  ])('is of %s', (_name, query, headers: { 'Last-Event-ID'?: string }, id) => {
    const header = headers['Last-Event-ID'];
    for (const address of [`${url}${query}`, `/events${query}`]) {
      expect(readLastEventId({ header, url: address })).toBe(id);
    }
  });

  it.each(['ключ', 'café', 'é-ключ', '7', '\ufffd'])('is %s also where the runtime has decoded it', (id) => {
    expect(readLastEventId({ header: id, url })).toBe(id);
  });

  it('is any id that fits into a header', () => {
    // No control characters, no space around: such ids are not sent.
    const id = fc
      .string({ unit: 'grapheme' })
      .filter((text) => !/[\p{Cc}]/u.test(text) && text.trim() === text);
    fc.assert(
      fc.property(id, (text) => {
        const header = new Headers({ 'Last-Event-ID': bytes(text) }).get('Last-Event-ID');
        expect(readLastEventId({ header, url })).toBe(text);
      }),
    );
  });
});
