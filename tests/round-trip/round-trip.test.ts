import { encode, type ServerEventInit } from '@eventwire/encoder';
import { serverEventInit } from '@eventwire/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readBackData } from '../support/read-back-data';
import { cutAt, readStream } from '../support/read-stream';

const utf8 = new TextEncoder();

/** What a list of events reads back as, from the rules for writing alone. */
function expected(inits: ServerEventInit[], wellFormed: (text: string) => string) {
  let lastEventId = '';
  const events = [];
  const ids = [];
  for (const init of inits) {
    if (init.id !== undefined) {
      lastEventId = init.id;
      ids.push(init.id);
    }
    const data = readBackData(init.data);
    if (data === undefined) continue;
    events.push({
      type: wellFormed(init.type || 'message'),
      data: wellFormed(data),
      lastEventId,
      id: init.id,
    });
  }
  const retries = inits.flatMap((init) => (init.retry === undefined ? [] : [init.retry]));
  return { events, ids, retries, lastEventId };
}

const asText = (text: string) => text;
const throughBytes = (text: string) => text.toWellFormed();

describe('round trip', () => {
  it('gives one event back exactly, or none where data is absent', () => {
    fc.assert(
      fc.property(serverEventInit(), (init) => {
        expect(readStream([encode(init)])).toMatchObject(expected([init], asText));
      }),
      { numRuns: 2000 },
    );
  });

  it('gives any list of events back, as text in any chunking', () => {
    fc.assert(
      fc.property(
        fc.array(serverEventInit(), { maxLength: 6 }),
        fc.array(fc.nat(), { maxLength: 8 }),
        (inits, cuts) => {
          const text = inits.map(encode).join('');
          expect(readStream(cutAt(text, cuts))).toMatchObject(expected(inits, asText));
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('gives any list of events back, as bytes in any chunking', () => {
    fc.assert(
      fc.property(
        fc.array(serverEventInit(), { maxLength: 6 }),
        fc.array(fc.nat(), { maxLength: 8 }),
        (inits, cuts) => {
          const bytes = utf8.encode(inits.map(encode).join(''));
          expect(readStream(cutAt(bytes, cuts))).toMatchObject(expected(inits, throughBytes));
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('gives any list of events back one code unit and one byte at a time', () => {
    fc.assert(
      fc.property(fc.array(serverEventInit(), { maxLength: 4 }), (inits) => {
        const text = inits.map(encode).join('');
        expect(readStream(text.split(''))).toMatchObject(expected(inits, asText));
        expect(readStream([...utf8.encode(text)].map((byte) => Uint8Array.of(byte)))).toMatchObject(
          expected(inits, throughBytes),
        );
      }),
      { numRuns: 500 },
    );
  });
});
