import { describe, expect, it } from 'vitest';
import { contractClients, startConnect } from '../support/contract-client';
import { type DrivenConnection, serveDriven } from '../support/driven-server';

const ends: [string, (connection: DrivenConnection) => void][] = [
  ['a cut connection', (connection) => connection.cut()],
  ['an end', (connection) => connection.end()],
];

describe.each(contractClients)('$name comes back', ({ start }) => {
  describe.each(ends)('after %s', (_name, finish) => {
    it('with the id of the last event', async () => {
      await using server = await serveDriven();
      using client = start(server.url);
      const first = await server.nextOpen();
      expect(first.headers).not.toHaveProperty('last-event-id');
      await first.send('retry: 1\nid: abc\ndata: Hello\n\n');
      expect(await client.events(1)).toEqual([{ type: 'message', data: 'Hello', id: 'abc' }]);
      finish(first);
      const second = await server.nextOpen();
      expect(second.headers['last-event-id']).toBe('abc');
      await second.send('id: def\ndata: World\n\n');
      expect(await client.events(1)).toEqual([{ type: 'message', data: 'World', id: 'def' }]);
    });

    it('with the id of an earlier event, where later ones had none', async () => {
      await using server = await serveDriven();
      using client = start(server.url);
      const first = await server.nextOpen();
      await first.send('retry: 1\nid: abc\ndata: Hello\n\n');
      await first.send('data: World\n\n');
      expect(await client.events(2)).toMatchObject([
        { data: 'Hello', id: 'abc' },
        { data: 'World', id: 'abc' },
      ]);
      finish(first);
      expect((await server.next()).headers['last-event-id']).toBe('abc');
    });

    it('with none, where an event took it back', async () => {
      await using server = await serveDriven();
      using client = start(server.url);
      const first = await server.nextOpen();
      await first.send('retry: 1\nid: abc\ndata: Hello\n\n');
      await first.send('id: \ndata: World\n\n');
      expect(await client.events(2)).toMatchObject([
        { data: 'Hello', id: 'abc' },
        { data: 'World', id: '' },
      ]);
      finish(first);
      expect((await server.next()).headers).not.toHaveProperty('last-event-id');
    });

    it('without the event that was not finished', async () => {
      await using server = await serveDriven();
      using client = start(server.url);
      const first = await server.nextOpen();
      await first.send('retry: 1\nid: abc\ndata: Hello\n\nid: def\ndata: Goodbye');
      expect(await client.events(1)).toMatchObject([{ data: 'Hello', id: 'abc' }]);
      finish(first);
      const second = await server.nextOpen();
      expect(second.headers['last-event-id']).toBe('abc');
      await second.send('data: We meet again\n\n');
      expect(await client.events(1)).toMatchObject([{ data: 'We meet again', id: 'abc' }]);
    });

    it('again and again', async () => {
      await using server = await serveDriven();
      using client = start(server.url);
      for (let n = 1; n <= 10; n++) {
        const connection = await server.nextOpen();
        expect(connection.headers['last-event-id']).toBe(n === 1 ? undefined : String(n - 1));
        await connection.send(`retry: 1\nid: ${n}\ndata: ${n}\n\n`);
        expect(await client.events(1)).toMatchObject([{ data: String(n), id: String(n) }]);
        finish(connection);
      }
    });
  });
});

describe('connect()', () => {
  it('can be told to start again, and leaves the connection that it has', async () => {
    await using server = await serveDriven();
    using client = startConnect(server.url);
    const first = await server.nextOpen();
    await first.send('id: 1\ndata: Hello\n\n');
    await client.events(1);
    client.restart();
    await first.left();
    const second = await server.nextOpen();
    expect(second).toMatchObject({ path: first.path, headers: { 'last-event-id': '1' } });
    await second.send('data: Thanks\n\n');
    // Not as an error, since none has happened.
    expect(await client.next()).toEqual({ kind: 'event', type: 'message', data: 'Thanks', id: '1' });
  });

  it('takes a connection for lost that says nothing for as long as the read timeout', async () => {
    await using server = await serveDriven();
    using client = startConnect(server.url, { readTimeout: 200 });
    const first = await server.nextOpen();
    await first.send('data: Hello\n\n');
    expect(await client.events(1)).toMatchObject([{ data: 'Hello' }]);
    expect(await client.next()).toEqual({ kind: 'error', reason: 'IDLE_TIMEOUT' });
    await first.left();
    const second = await server.nextOpen();
    await second.send('data: World\n\n');
    expect(await client.events(1)).toMatchObject([{ data: 'World' }]);
  });

  it('counts any byte against the read timeout, whole lines or not', async () => {
    await using server = await serveDriven();
    using client = startConnect(server.url, { readTimeout: 1000 });
    const connection = await server.nextOpen();
    const start = performance.now();
    // Longer than the timeout altogether, with a byte well within it each time.
    for (const byte of `${':'.repeat(20)}\ndata: x\n\n`) {
      await connection.send(byte);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(performance.now() - start).toBeGreaterThan(1000);
    expect(await client.events(1)).toMatchObject([{ data: 'x' }]);
    expect(server.count).toBe(1);
  });
});
