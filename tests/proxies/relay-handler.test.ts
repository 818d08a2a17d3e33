import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { connect } from '@eventwire/client';
import { eventStreamHandler } from '@eventwire/server-node';
import { scriptedServer } from '@eventwire/testing/server';
import { describe, expect, it } from 'vitest';
import { serve } from '../support/listen';
import { relayHandler } from './relay-handler';

/** Opens the URL; without reading, so that nothing more comes than buffers hold. */
async function open(url: string): Promise<IncomingMessage> {
  const request = get(url);
  request.on('error', () => {});
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  response.on('error', () => {});
  return response;
}

describe('a relay over sockets', () => {
  it('passes events, ids and the last event ID of a client that comes back', async () => {
    await using origin = await scriptedServer([
      ['retry: 1\nid: 1é\ndata: one\n\n', 'id: 2\n\n', 'id: 3\ndata: tw', { cut: 'fin' }],
      ['id: 3\nevent: secret\ndata: two\n\n', { end: true }],
      [{ status: 204 }],
    ]);
    await using relay = await serve(
      relayHandler(origin.url, (event) => (event.type === 'secret' ? { ...event, data: '***' } : event)),
    );
    const events: string[] = [];
    const stream = connect(`${relay.url}/some?topic=a`, {
      reconnect: { initialDelay: 1, minDelay: 1, jitter: 0 },
    });
    for await (const { type, data, lastEventId } of stream) events.push(`${lastEventId} ${type} ${data}`);
    expect(events).toEqual(['1é message one', '3 secret ***']);
    expect(await stream.closed).toMatchObject({ reason: 'no-content' });
    expect(origin.requests.map(({ lastEventId }) => lastEventId)).toEqual(['', '2', '3']);
  });

  it('passes our conventions: heartbeats, and an end after which the client stays away', async () => {
    let requests = 0;
    await using origin = await serve(
      eventStreamHandler(
        async function* () {
          requests++;
          yield { id: '1', data: 'only' };
        },
        { heartbeat: 50 },
      ),
    );
    await using relay = await serve(relayHandler(origin.url, (event) => event));
    const comments: string[] = [];
    const stream = connect(relay.url, { onComment: (text) => void comments.push(text) });
    const events: string[] = [];
    for await (const { data } of stream) events.push(data);
    expect(events).toEqual(['only']);
    expect(await stream.closed).toMatchObject({ reason: 'ended' });
    expect(comments[0]).toBe('eventwire heartbeat=50');
    expect(requests).toBe(1);
  });

  it('passes an answer that is no stream with its status, and says 502 where there is no origin', async () => {
    await using origin = await scriptedServer([
      [{ status: 503, headers: { 'retry-after': '7' }, body: 'busy' }],
    ]);
    await using relay = await serve(relayHandler(origin.url, (event) => event));
    const answer = await fetch(relay.url);
    expect([answer.status, answer.headers.get('retry-after'), await answer.text()]).toEqual([
      503,
      '7',
      'busy',
    ]);
    await origin.close();
    expect((await fetch(relay.url)).status).toBe(502);
  });

  it('breaks where the origin breaks, and never sends the unfinished block', async () => {
    await using origin = await scriptedServer([['data: one\n\n', 'data: unfinished\n', { cut: 'fin' }]]);
    await using relay = await serve(relayHandler(origin.url, (event) => event));
    const response = await open(relay.url);
    const broken = new Promise((resolve) => response.once('error', resolve));
    let text = '';
    response.setEncoding('utf8').on('data', (piece) => {
      text += piece;
    });
    expect(await broken).toMatchObject({ code: 'ECONNRESET' });
    expect(text).toBe('event: message\ndata: one\n\n');
  });

  it('makes the origin wait for a slow reader, and loses nothing', async () => {
    const COUNT = 2000;
    const data = 'x'.repeat(16 * 1024);
    let sent = 0;
    await using origin = await serve(
      eventStreamHandler(async function* () {
        for (; sent < COUNT; sent++) yield { id: String(sent), data };
      }),
    );
    await using relay = await serve(relayHandler(origin.url, (event) => event));
    const response = await open(relay.url);
    // Both sockets' buffers fill; then the origin stands still, though it has most of its 32 MiB still to send.
    let before = -1;
    while (sent === 0 || sent !== before) {
      before = sent;
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
    expect(sent).toBeLessThan(COUNT * 0.75);
    let ids = '';
    let rest = '';
    for await (const piece of response.setEncoding('utf8')) {
      const lines = (rest + piece).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) if (line.startsWith('id: ')) ids += `${line.slice(4)} `;
      if (sent === COUNT && ids.endsWith(` ${COUNT - 1} `)) break;
    }
    expect(ids).toBe(Array.from({ length: COUNT }, (_, n) => `${n} `).join(''));
  });

  it.each([
    { when: 'in the middle of a stream', script: ['data: one\n\n', { stall: true as const }] },
    { when: 'before the origin has answered', script: [{ stall: true as const }] },
  ])('lets go of the origin when the client leaves $when', async ({ script }) => {
    await using origin = await scriptedServer([script]);
    await using relay = await serve(relayHandler(origin.url, (event) => event));
    const left = new AbortController();
    const response = fetch(relay.url, { signal: left.signal });
    response.catch(() => {});
    if (script.length > 1) await (await response).body?.getReader().read();
    await expect.poll(() => origin.requests.length).toBe(1);
    left.abort();
    await origin.requests[0]?.closed;
  });
});
