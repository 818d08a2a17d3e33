import { describe, expect, it } from 'vitest';
import { createChannel, preflightHandler, streamEvents } from '../src/index';
import { url } from './helpers';

const origin = 'https://app.example';
const cors = { origins: [origin], credentials: true };

describe('streamEvents', () => {
  it('answers a preflight, and lets the listed origins read', async () => {
    const ask = (headers: Record<string, string>, method = 'GET') =>
      streamEvents(new Request(url, { method, headers }), () => ['x'], { cors });
    const preflight = await ask({ origin, 'access-control-request-method': 'GET' }, 'OPTIONS');
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-headers')).toContain('Last-Event-ID');
    const allowed = await ask({ origin });
    expect(allowed.headers.get('access-control-allow-origin')).toBe(origin);
    expect(await allowed.text()).toContain('data: x');
    const other = await ask({ origin: 'https://evil.example' });
    expect(other.headers.get('access-control-allow-origin')).toBeNull();
    expect(other.headers.get('vary')).toBe('Origin');
    await other.body?.cancel();
  });

  it('keeps what the response varies by already, beside the origin', async () => {
    const request = new Request(url, { headers: { origin } });
    const response = await streamEvents(request, () => ['x'], { cors, headers: { Vary: 'Cookie' } });
    expect(response.headers.get('vary')).toBe('Cookie, Origin');
    await response.body?.cancel();
  });

  it('answers 406 where event streams have to be accepted and are not', async () => {
    const request = new Request(url, { headers: { accept: 'application/json' } });
    const response = await streamEvents(request, () => ['x'], { accept: 'require' });
    expect(response.status).toBe(406);
    expect(await response.text()).toContain('Accept: text/event-stream');
  });

  it('answers 204 to who comes back after the end', async () => {
    const answer = (headers: Record<string, string>) =>
      streamEvents(new Request(url, { headers }), (stream) => {
        if (stream.lastEventId === '1') return stream.noContent();
        return [{ id: '1', data: 'x' }];
      });
    expect(await (await answer({})).text()).toContain('data: x');
    const again = await answer({ 'Last-Event-ID': '1' });
    expect([again.status, again.body]).toEqual([204, null]);
  });

  it('answers 503 with Retry-After for a channel that is full', async () => {
    const channel = createChannel({ maxSubscribers: 1 });
    const subscribe = () => streamEvents(new Request(url), (stream) => channel.subscribe(stream));
    const first = await subscribe();
    const second = await subscribe();
    expect([first.status, second.status]).toEqual([200, 503]);
    expect(second.headers.get('retry-after')).toBe('5');
    expect(await second.text()).toContain('come back later');
    await first.body?.cancel();
    expect(channel.size).toBe(0);
  });
});

describe('preflightHandler', () => {
  const answer = preflightHandler(cors);
  const ask = (method: string, headers: Record<string, string>) =>
    answer(new Request(url, { method, headers }));

  it('answers a preflight as the stream itself does', async () => {
    const headers = { origin, 'access-control-request-method': 'GET' };
    const same = await streamEvents(new Request(url, { method: 'OPTIONS', headers }), () => [], { cors });
    const preflight = ask('OPTIONS', headers);
    expect([preflight.status, preflight.body]).toEqual([204, null]);
    expect([...preflight.headers]).toEqual([...same.headers]);
    expect(preflight.headers.get('access-control-allow-headers')).toContain('Last-Event-ID');
  });

  it('allows no other origin anything, and refuses other methods', async () => {
    const other = ask('OPTIONS', { origin: 'https://evil.example', 'access-control-request-method': 'GET' });
    expect(other.headers.get('access-control-allow-origin')).toBeNull();
    expect(other.headers.get('vary')).toBe('Origin');
    const wrong = ask('GET', { origin });
    expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'OPTIONS']);
    expect(await wrong.text()).toContain('route other methods');
    expect(ask('HEAD', {}).body).toBeNull();
  });
});
