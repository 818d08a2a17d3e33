import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { idAsHeader, idFits } from '../../src/request/last-event-id';
import { serve } from '../helpers/server';

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });
const decode = (bytes: string) => utf8.decode(Uint8Array.from(bytes, (c) => c.charCodeAt(0)));
const anyId = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.nat(0xffff).map((unit) => String.fromCharCode(unit)) }), // lone surrogates too
  fc.string({ unit: fc.constantFrom(' ', '\t', 'a', '\u0000', '\u007f', '\n', 'ü') }),
);

describe('the last event ID as a header', () => {
  it('survives fetch exactly where it is given', () => {
    fc.assert(
      fc.property(anyId, (id) => {
        const header = idAsHeader(id);
        if (header !== undefined) {
          const sent = new Headers({ 'last-event-id': header }).get('last-event-id');
          expect(decode(sent ?? '')).toBe(id);
        }
        // The rule in other words.
        const bytes = new TextEncoder().encode(id);
        const survives =
          id === id.replace(/^[ \t]+|[ \t]+$/g, '') &&
          bytes.length <= 4096 &&
          bytes.every((byte) => byte === 9 || (byte >= 0x20 && byte !== 0x7f)) &&
          utf8.decode(bytes) === id;
        expect(header !== undefined).toBe(survives);
      }),
      { numRuns: 1000, examples: [['\ufeff'], ['a\tb'], ['\ud800']] },
    );
  });

  it.each([
    ['4,096 bytes', 'a'.repeat(4096), true],
    ['4,097 bytes', 'a'.repeat(4097), false],
    ['4,098 bytes in 2,049 characters', 'ü'.repeat(2049), false],
  ])('%s', (_, id, fits) => {
    expect(idAsHeader(id) !== undefined).toBe(fits);
    expect(idFits(id)).toBe(fits);
  });

  it('survives a real server', async () => {
    const server = await serve((req, res) => res.end(req.headers['last-event-id']));
    for (const id of ['1', 'Zürich\t1', '日本語', '😀', '\u0085x\u00a0', '~!"\\']) {
      const headers = { 'last-event-id': idAsHeader(id) ?? '' };
      await (await fetch(server.url, { headers })).text();
      const got = server.requests.at(-1)?.headers['last-event-id'];
      expect(Buffer.from(String(got), 'latin1').toString()).toBe(id);
    }
  });
});
