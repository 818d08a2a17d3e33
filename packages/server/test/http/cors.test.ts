import { describe, expect, it } from 'vitest';
import { type CorsOptions, preflightResponses } from '../../src/index';

/** What a response to a request of this origin says of CORS. */
function headersFor(options: CorsOptions, origin?: string) {
  const request = { method: 'OPTIONS', header: (name: string) => (name === 'origin' ? origin : undefined) };
  return preflightResponses(options)(request).headers;
}

describe('A list of origins', () => {
  it.each([
    'https://a.example',
    'http://localhost:5173',
    'https://xn--mnchen-3ya.example',
    'http://[::1]:8080',
  ])('may hold %s, whose pages then may read', (origin) => {
    const options = { origins: ['https://b.example', origin], credentials: true };
    expect(headersFor(options, origin)).toEqual([
      ['vary', 'Origin'],
      ['access-control-allow-origin', origin],
      ['access-control-allow-credentials', 'true'],
    ]);
  });

  it.each([undefined, 'https://c.example', 'null'])(
    'without %s lets no page of it read, and no cache give its response to others',
    (origin) => {
      expect(headersFor({ origins: ['https://a.example'] }, origin)).toEqual([['vary', 'Origin']]);
    },
  );

  it.each<CorsOptions>([{ origins: '*' }, { origins: ['*'] }, { origins: ['https://a.example', '*'] }])(
    'that holds any lets all read, and caches share the response: %j',
    (options) => {
      const headers = [['access-control-allow-origin', '*']];
      expect(headersFor(options, 'https://b.example')).toEqual(headers);
      expect(headersFor(options)).toEqual([]);
    },
  );
});
