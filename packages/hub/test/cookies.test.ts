import { describe, expect, it } from 'vitest';
import { startHub } from './helpers/hubs';

const COOKIE = '__Secure-mercure_access_token';

describe('check 7, a token in a cookie', () => {
  const post = async (headers: Record<string, string>, options: Parameters<typeof startHub>[0] = {}) => {
    const { request, token, subscribe } = await startHub(options);
    const reader = await subscribe('?match=a');
    const cookie = `other=1; ${COOKIE}=${await token()}; last="x"`;
    const body = new URLSearchParams({ topic: 'a', data: 'x' });
    const response = await request('', { method: 'POST', body, headers: { cookie, ...headers } });
    if (response.status === 200) await reader.until(1);
    return {
      status: response.status,
      challenge: response.headers.get('www-authenticate'),
      published: reader.data.length,
    };
  };

  it('publishes for pages of the hub’s own origin, or of those that are listed', async () => {
    expect(await post({ origin: 'https://hub.example' })).toMatchObject({ status: 200, published: 1 });
    expect(await post({ referer: 'https://hub.example/page?x' })).toMatchObject({ status: 200 });
    const publishOrigins = ['https://app.example', 'https://*.trusted.example'];
    expect(await post({ origin: 'https://app.example' }, { publishOrigins })).toMatchObject({ status: 200 });
    expect(await post({ origin: 'https://a.b.trusted.example' }, { publishOrigins })).toMatchObject({
      status: 200,
    });
    expect(await post({ origin: 'https://anybody.example' }, { publishOrigins: ['*'] })).toMatchObject({
      status: 200,
    });
  });

  it.each<Record<string, string>>([
    {},
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { origin: 'http://hub.example' },
    { origin: 'https://hub.example.evil.example' },
    { origin: 'https://hub.example:8443' },
    { origin: 'https://evil.example', referer: 'https://hub.example/' },
    { referer: 'https://evil.example/?https://hub.example/' },
    { referer: 'nonsense' },
  ])('publishes nothing for a page that is not: %j', async (headers) => {
    expect(await post(headers)).toEqual({
      status: 400,
      challenge: expect.stringContaining('Bearer error="invalid_request"'),
      published: 0,
    });
  });

  it.each([
    'https://trusted.example',
    'https://evil.example/.trusted.example',
    'https://.trusted.example',
    'https://a:1.trusted.example',
    'http://ab.trusted.example',
  ])('a star stands for the labels of a host: %s is not https://*.trusted.example', async (origin) => {
    expect(await post({ origin }, { publishOrigins: ['https://*.trusted.example'] })).toMatchObject({
      status: 400,
    });
  });

  it('publishes for pages of every host under a star, at the port that is listed', async () => {
    const publishOrigins = ['https://*.trusted.example:8443'];
    expect(await post({ origin: 'https://a.trusted.example:8443' }, { publishOrigins })).toMatchObject({
      status: 200,
    });
    expect(await post({ origin: 'https://a.trusted.example' }, { publishOrigins })).toMatchObject({
      status: 400,
    });
  });

  it('subscribes from any page, since reading is what CORS is for', async () => {
    const { request, token } = await startHub({ anonymous: false });
    const cookie = `${COOKIE}=${await token()}`;
    expect((await request('?match=a', { headers: { cookie } })).status).toBe(200);
    expect((await request('?match=a', { headers: { cookie: 'other=x' } })).status).toBe(401);
  });

  it('counts for nothing beside a header, be that valid or not', async () => {
    const { request, token } = await startHub({ anonymous: false });
    const cookie = `${COOKIE}=${await token()}`;
    const statusWith = async (authorization: string, value = cookie) =>
      (await request('?match=a', { headers: { cookie: value, authorization } })).status;
    expect(await statusWith('Bearer broken')).toBe(401);
    expect(await statusWith('Bearer')).toBe(400);
    expect(await statusWith('Basic x')).toBe(400);
    expect(await statusWith(`Bearer ${await token()}`, `${COOKIE}=broken`)).toBe(200);
  });

  it('is the first of several with its name', async () => {
    const { request, token } = await startHub({ anonymous: false });
    const valid = `${COOKIE}=${await token()}`;
    const statusWith = async (cookie: string) => (await request('?match=a', { headers: { cookie } })).status;
    expect(await statusWith(`${valid}; ${COOKIE}=broken`)).toBe(200);
    expect(await statusWith(`${COOKIE}=broken; ${valid}`)).toBe(401);
  });

  it('has the name that the hub was given, or none', async () => {
    const statusWith = async (cookieName: string | false, name: string) => {
      const { request, token } = await startHub({ anonymous: false, cookieName });
      return (await request('?match=a', { headers: { cookie: `${name}=${await token()}` } })).status;
    };
    expect(await statusWith('mine', 'mine')).toBe(200);
    expect(await statusWith('mine', COOKIE)).toBe(401);
    expect(await statusWith(false, COOKIE)).toBe(401);
  });

  it('never comes as a query parameter', async () => {
    const { request, token } = await startHub({ anonymous: false });
    for (const name of ['access_token', 'authorization'])
      expect((await request(`?match=a&${name}=${await token()}`)).status).toBe(401);
  });
});
