import { describe, expect, it } from 'vitest';
import { contractClients, startConnect } from '../support/contract-client';
import { serveDriven } from '../support/driven-server';

/** The members that a fetch has to know: without `redirect` a request's headers could go to another origin. */
const NEEDED = ['method', 'headers', 'body', 'signal', 'redirect'];

/** Fetches that throw at members of RequestInit that they do not know, in the words that runtimes have for it. */
const restricted = [
  {
    name: 'a Worker’s',
    complain: (member: string) => `The '${member}' field on 'RequestInitializerDict' is not implemented.`,
  },
  { name: 'React Native’s', complain: (member: string) => `Unsupported option: ${member}` },
  { name: 'a terse one', complain: (member: string) => `Unknown member ${member}` },
].map(({ name, complain }) => ({
  name,
  fetch: (url: string, init: RequestInit) => {
    for (const member of Object.keys(init)) {
      if (!NEEDED.includes(member)) return Promise.reject(new TypeError(complain(member)));
    }
    return fetch(url, init);
  },
}));

describe.each(restricted)('with $name fetch, which knows few members', ({ fetch }) => {
  it.each(contractClients)('$name reads, and comes back where it was', async ({ start }) => {
    await using server = await serveDriven();
    using client = start(server.url, { fetch, headers: { 'x-mine': 'yes' } });
    const first = await server.nextOpen();
    expect(first.headers).toMatchObject({ 'cache-control': 'no-cache', 'x-mine': 'yes' });
    await first.send('retry: 1\nid: 1\ndata: Hello\n\n');
    expect(await client.events(1)).toEqual([{ type: 'message', data: 'Hello', id: '1' }]);
    first.cut();
    const second = await server.nextOpen();
    expect(second.headers).toMatchObject({ 'last-event-id': '1', 'x-mine': 'yes' });
    await second.send('data: World\n\n');
    expect(await client.events(1)).toEqual([{ type: 'message', data: 'World', id: '1' }]);
    expect(server.count).toBe(2);
  });

  it('connect() posts a body', async () => {
    await using server = await serveDriven();
    using client = startConnect(server.url, { fetch, method: 'POST', body: '{}' });
    const connection = await server.nextOpen();
    expect(connection).toMatchObject({ method: 'POST', body: '{}' });
    await connection.send('data: Hello\n\n');
    expect(await client.events(1)).toMatchObject([{ data: 'Hello' }]);
  });
});
