import { describe, expect, it } from 'vitest';
import { type EventStreamInit, streamEvents } from '../src/index';
import { reading, sleep, url } from './helpers';

const quiet: EventStreamInit = { heartbeat: false, onError: () => {} };

describe('A callback that holds the head', () => {
  it.each([204, 401, 404, 410])('can respond with %i after it has looked something up', async (status) => {
    const response = await streamEvents(
      new Request(url),
      async (stream) => {
        stream.hold();
        await sleep(5);
        stream.respond({ status, headers: { 'X-Own': 'yes' } });
      },
      quiet,
    );
    expect(response.status).toBe(status);
    expect(response.headers.get('x-own')).toBe('yes');
    expect(await response.text()).toBe('');
  });

  it('is told by no error that its response is the one, and hears of the end', async () => {
    const errors: unknown[] = [];
    let closed = false;
    const response = await streamEvents(
      new Request(url),
      async (stream) => {
        stream.hold();
        stream.closed.then(() => {
          closed = true;
        });
        await sleep(1);
        stream.respond({ status: 410 });
        stream.respond({ status: 500 });
      },
      { heartbeat: false, onError: (error) => errors.push(error) },
    );
    await sleep(5);
    expect([response.status, errors, closed]).toEqual([410, [], true]);
  });

  it('cannot hold it back once it has gone out', async () => {
    const errors: unknown[] = [];
    const response = await streamEvents(
      new Request(url),
      async (stream) => {
        await stream.sendEvent('x');
        stream.hold();
      },
      { heartbeat: false, onError: (error) => errors.push(error) },
    );
    expect(await response.text()).toContain('data: x');
    expect(errors).toMatchObject([{ code: 'HEADERS_SENT' }]);
  });

  it.each([true, false])('can send events after that, by open() first: %s', async (opens) => {
    const response = await streamEvents(new Request(url), async (stream) => {
      stream.hold();
      await sleep(5);
      if (opens) stream.open();
      return ['found'];
    });
    expect(response.status).toBe(200);
    expect(await response.text()).toBe(
      ': eventwire heartbeat=15000\ndata: found\n\nevent: eventwire:end\ndata: {}\n\n',
    );
  });

  it('is answered with 500 if it throws', async () => {
    const response = await streamEvents(
      new Request(url),
      async (stream) => {
        stream.hold();
        await sleep(5);
        throw new Error('secret');
      },
      quiet,
    );
    expect([response.status, await response.text()]).toEqual([500, 'Internal Server Error\n']);
  });

  it('hears of a client that leaves meanwhile', async () => {
    const controller = new AbortController();
    let closed: Promise<void> | undefined;
    const request = new Request(url, { signal: controller.signal });
    const response = streamEvents(
      request,
      (stream) => {
        stream.hold();
        closed = stream.closed;
      },
      quiet,
    );
    controller.abort();
    await closed;
    expect(await (await response).text()).toBe('');
  });
});

describe('A POST', () => {
  it('has the events and nothing else, and ends with its body', async () => {
    const response = await streamEvents(new Request(url, { method: 'POST' }), () => ['to be', 'or not']);
    expect(await response.text()).toBe('data: to be\n\ndata: or not\n\n');
  });

  it('is cut where its source fails, behind the events before', async () => {
    const response = await streamEvents(
      new Request(url, { method: 'POST' }),
      async function* () {
        yield 'to be';
        throw new Error('secret');
      },
      quiet,
    );
    const client = reading(response);
    await client.until('data: to be\n\n');
    await expect(client.step()).rejects.toMatchObject({ code: 'STREAM_CLOSED' });
  });
});
