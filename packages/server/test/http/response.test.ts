import { describe, expect, it } from 'vitest';
import { Cors } from '../../src/http/cors';
import { noContent, tooManySubscribers } from '../../src/http/negotiation';
import { ownResponse, plainText, type RequestFacts } from '../../src/http/response';
import { resolveEventStreamInit } from '../../src/index';

const origin = 'https://a.example';
const init = resolveEventStreamInit({ cors: { origins: [origin] } });
const request = (method = 'GET'): RequestFacts => ({
  method,
  header: (name) => (name === 'origin' ? origin : undefined),
});

const TEXT = ['content-type', 'text/plain; charset=utf-8'];
const UNCACHED = ['cache-control', 'no-store'];
const CORS = [
  ['vary', 'Origin'],
  ['access-control-allow-origin', origin],
];

describe('A response that is no event stream', () => {
  it('is a sentence that is not cached, and that the page may read', () => {
    const body = 'Come in time\n';
    expect(plainText(406, 'Come in time', request(), new Cors({ origins: [origin] }))).toEqual({
      status: 406,
      headers: [TEXT, UNCACHED, ...CORS],
      body,
    });
    expect(plainText(406, 'Come in time', request('HEAD'), undefined)).toEqual({
      status: 406,
      headers: [TEXT, UNCACHED],
      body: '',
    });
  });

  it('says to a subscriber too many when to come back', () => {
    const headers = [TEXT, UNCACHED, ...CORS, ['retry-after', '7']];
    const body = 'Too many subscribers: come back later\n';
    expect(tooManySubscribers(7, request(), init)).toEqual({ status: 503, headers, body });
  });

  it('is empty for a client that nothing more is for, and is not cached either', () => {
    expect(noContent(request(), init)).toEqual({ status: 204, headers: [UNCACHED, ...CORS], body: '' });
    const plain = resolveEventStreamInit();
    expect(noContent(request(), plain)).toEqual({ status: 204, headers: [UNCACHED], body: '' });
  });
});

describe("A handler's own response", () => {
  const respond = (...[own]: Parameters<typeof ownResponse>) => ownResponse(own)(request(), init.crossOrigin);

  it('is text that is not cached, unless it says something else', () => {
    const body = 'Gone';
    expect(respond({ status: 410, body })).toEqual({ status: 410, headers: [UNCACHED, TEXT, ...CORS], body });
    const json = { 'Content-Type': 'application/json', 'Cache-Control': 'max-age=5' };
    expect(respond({ status: 410, body: '{}', headers: json }).headers).toEqual([
      ['cache-control', 'max-age=5'],
      ['content-type', 'application/json'],
      ...CORS,
    ]);
  });

  it('has no type without a body, and no body for HEAD', () => {
    expect(respond({ status: 204 })).toEqual({ status: 204, headers: [UNCACHED, ...CORS], body: '' });
    const head = ownResponse({ status: 410, body: 'Gone' })(request('HEAD'), undefined);
    expect(head).toEqual({ status: 410, headers: [UNCACHED, TEXT], body: '' });
  });
});
