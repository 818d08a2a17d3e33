import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { createChannel, type EventStreamInit, eventStreamHandler, preflightHandler } from '../src/index';
import { get, serve, until } from './helpers';

const origin = 'https://app.example';

async function answer(init: EventStreamInit, options: Parameters<typeof get>[1]) {
  let called = 0;
  const { url } = await serve(
    eventStreamHandler(() => {
      called++;
      return ['x'];
    }, init),
  );
  const client = await get(url, options);
  await client.ended;
  const { statusCode: status, headers } = client.res;
  return { status, headers, text: client.text, called };
}

describe('cors', () => {
  const cors = { origins: [origin], credentials: true };

  it('lets the listed origins read, and says that the answer depends on it', async () => {
    const { status, headers, text } = await answer({ cors }, { headers: { origin } });
    expect(status).toBe(200);
    expect(headers).toMatchObject({
      'access-control-allow-origin': origin,
      'access-control-allow-credentials': 'true',
      vary: 'Origin',
    });
    expect(text).toContain('data: x');
  });

  it('reflects no other origin', async () => {
    const { headers } = await answer({ cors }, { headers: { origin: 'https://evil.example' } });
    expect(headers['access-control-allow-origin']).toBeUndefined();
    expect(headers['access-control-allow-credentials']).toBeUndefined();
    expect(headers.vary).toBe('Origin');
  });

  it('answers a preflight, and calls nobody for it', async () => {
    const { status, headers, called } = await answer(
      { cors },
      {
        method: 'OPTIONS',
        headers: {
          origin,
          'access-control-request-method': 'GET',
          'access-control-request-headers': 'last-event-id',
        },
      },
    );
    expect([status, called]).toEqual([204, 0]);
    expect(headers).toMatchObject({
      'access-control-allow-origin': origin,
      'access-control-allow-headers': 'Last-Event-ID, Authorization, Cache-Control, Content-Type',
      'access-control-max-age': '600',
    });
  });

  it('may be for all, without credentials', async () => {
    const { headers } = await answer({ cors: { origins: '*' } }, { headers: { origin } });
    expect(headers['access-control-allow-origin']).toBe('*');
    expect(headers.vary).toBeUndefined();
  });
});

describe('preflightHandler', () => {
  const asking = { origin, 'access-control-request-method': 'GET' };
  const ask = async (method: string, headers: Record<string, string>) => {
    const { url } = await serve(preflightHandler({ origins: [origin], credentials: true }));
    const client = await get(url, { method, headers });
    await client.ended;
    return { status: client.res.statusCode, headers: client.res.headers, text: client.text };
  };

  it('answers a preflight as the handler of the stream does', async () => {
    const { status, headers, text } = await ask('OPTIONS', asking);
    const { date: _, ...same } = headers;
    const { date: __, ...handlers } = (
      await answer({ cors: { origins: [origin], credentials: true } }, { method: 'OPTIONS', headers: asking })
    ).headers;
    expect([status, text]).toEqual([204, '']);
    expect(same).toEqual(handlers);
    expect(same['access-control-allow-headers']).toContain('Last-Event-ID');
  });

  it('allows the methods that the stream takes: GET, HEAD and POST, or those that it is given', async () => {
    const methodsFor = async (allowMethods?: string[]) => {
      const cors = { origins: [origin], allowMethods };
      const { headers } = await answer({ cors }, { method: 'OPTIONS', headers: asking });
      return headers['access-control-allow-methods'];
    };
    expect(await methodsFor()).toBe('GET, HEAD, POST');
    expect(await methodsFor(['GET', 'QUERY'])).toBe('GET, QUERY');
    await expect(methodsFor(['GET, PUT'])).rejects.toMatchObject({ option: 'cors.allowMethods' });
  });

  it('allows no other origin anything, and answers OPTIONS that are no preflight', async () => {
    const other = await ask('OPTIONS', { ...asking, origin: 'https://evil.example' });
    expect(other.headers['access-control-allow-origin']).toBeUndefined();
    expect(other.headers.vary).toBe('Origin');
    const plain = await ask('OPTIONS', {});
    expect(plain.status).toBe(204);
    expect(plain.headers['access-control-allow-methods']).toBeUndefined();
  });

  it('refuses other methods, and wrong options at the call', async () => {
    const { status, headers, text } = await ask('GET', { origin });
    expect([status, headers.allow]).toEqual([405, 'OPTIONS']);
    expect(text).toContain('route other methods');
    expect(() => preflightHandler({ origins: '*', credentials: true })).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION' }),
    );
  });
});

describe('accept', () => {
  it('where it is required, answers 406 to who does not take event streams', async () => {
    const { status, headers, text, called } = await answer(
      { accept: 'require' },
      { headers: { accept: 'application/json' } },
    );
    expect([status, called]).toEqual([406, 0]);
    expect(headers['content-type']).toBe('text/plain; charset=utf-8');
    expect(text).toContain('Accept: text/event-stream');
  });

  it('otherwise does not matter', async () => {
    const { status, called } = await answer({}, { headers: { accept: 'application/json' } });
    expect([status, called]).toEqual([200, 1]);
  });
});

describe('noContent', () => {
  it('is answered in time, to pages of other origins too', async () => {
    const { url } = await serve(
      eventStreamHandler((stream) => stream.noContent(), { cors: { origins: [origin] } }),
    );
    const client = await get(url, { headers: { origin } });
    expect(await client.ended).toBe('end');
    expect([client.res.statusCode, client.text]).toEqual([204, '']);
    expect(client.res.headers['access-control-allow-origin']).toBe(origin);
    expect(client.res.headers['content-type']).toBeUndefined();
  });

  it('is the end where the stream has begun', async () => {
    const { url } = await serve(
      eventStreamHandler(async (stream) => {
        await stream.sendEvent('x');
        stream.noContent();
      }),
    );
    const client = await get(url);
    expect(await client.ended).toBe('end');
    expect(client.text).toContain('data: x\n\nevent: eventwire:end\n');
  });
});

describe('a channel that is full', () => {
  it('answers 503 with Retry-After, and takes who comes once there is room', async () => {
    const channel = createChannel({ maxSubscribers: 1 });
    const { url } = await serve(eventStreamHandler((stream) => channel.subscribe(stream)));
    const first = await get(url);
    const second = await get(url);
    await second.ended;
    expect(second.res.statusCode).toBe(503);
    expect(second.res.headers['retry-after']).toBe('5');
    expect(second.res.headers['content-type']).toBe('text/plain; charset=utf-8');
    first.req.destroy();
    await until(() => channel.size === 0);
    const third = await get(url);
    expect(third.res.statusCode).toBe(200);
    const over = once(third.res, 'end');
    await channel.close();
    await over;
  });
});
