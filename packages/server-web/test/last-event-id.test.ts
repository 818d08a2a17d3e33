import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lastEventIdOf } from '../src/last-event-id';
import { url } from './helpers';

const bytes = (id: string) => Buffer.from(id).toString('latin1');

/** What a runtime that has decoded the header gives; others refuse such a value. */
const decoded = (value: string) =>
  ({ url, headers: { get: (name: string) => (name === 'last-event-id' ? value : null) } }) as Request;

describe('lastEventIdOf', () => {
  it.each([
    ['the header', '', { 'Last-Event-ID': '7' }, '7'],
    ['the header as UTF-8', '', { 'Last-Event-ID': bytes('ключ-é-😀') }, 'ключ-é-😀'],
    ['the header where it is no UTF-8', '', { 'Last-Event-ID': 'caf\xe9' }, 'café'],
    ['the header with a byte order mark', '', { 'Last-Event-ID': bytes('\ufeff1') }, '\ufeff1'],
    ['the header before the query', '?lastEventId=2', { 'Last-Event-ID': '1' }, '1'],
    ['the query', '?x=1&lastEventId=%D0%BA%2B', {}, 'к+'],
    ['the query where the header is empty', '?lastEventId=2', { 'Last-Event-ID': '' }, '2'],
    ['the query, without the fragment', '?lastEventId=2#3', {}, '2'],
    ['nothing', '?b', {}, ''],
    ['an empty parameter', '?lastEventId=', {}, ''],
  ])('is of %s', (_name, query, headers, id) => {
    expect(lastEventIdOf(new Request(url + query, { headers: headers as Record<string, string> }))).toBe(id);
  });

  it.each(['ключ', 'café', 'é-ключ', '7', '\ufffd'])('is %s also where the runtime has decoded it', (id) => {
    expect(lastEventIdOf(decoded(id))).toBe(id);
  });

  it('is any id that fits into a header', () => {
    // No control characters, no space around: such ids are not sent.
    const id = fc
      .string({ unit: 'grapheme' })
      .filter((text) => !/[\p{Cc}]/u.test(text) && text.trim() === text);
    fc.assert(
      fc.property(id, (text) => {
        expect(lastEventIdOf(new Request(url, { headers: { 'Last-Event-ID': bytes(text) } }))).toBe(text);
      }),
    );
  });
});
