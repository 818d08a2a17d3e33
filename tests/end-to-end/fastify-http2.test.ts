import { once } from 'node:events';
import { connect, type IncomingHttpHeaders } from 'node:http2';
import { EventStreamResponse } from '@eventwire/server-node';
import fastify from 'fastify';
import { expect, it, onTestFinished, vi } from 'vitest';
import { pacedWords } from '../support/paced-words';

it('Fastify over HTTP/2 streams by the recipe for HTTP/1.1', async () => {
  const { seen, next, say } = pacedWords();
  const app = fastify({ http2: true });
  app.addHook('onRequest', async (_request, reply) => void reply.header('X-Before', 'kept'));
  app.post<{ Body: { prompt: string } }>('/answer', async (request, reply) => {
    reply.hijack();
    for (const [name, value] of Object.entries(reply.getHeaders())) {
      if (value !== undefined) reply.raw.setHeader(name, value);
    }
    const stream = new EventStreamResponse(request.raw, reply.raw);
    await stream.sendEvents(say(request.body.prompt.split(' '), stream.signal));
  });
  const session = connect(await app.listen({ port: 0, host: '127.0.0.1' }));
  onTestFinished(async () => {
    session.destroy();
    await app.close();
  });

  const ask = async (prompt: string) => {
    const stream = session.request({
      ':method': 'POST',
      ':path': '/answer',
      'content-type': 'application/json',
    });
    stream.on('error', () => {});
    stream.end(JSON.stringify({ prompt }));
    const [head] = (await once(stream, 'response')) as [IncomingHttpHeaders];
    const client = { stream, head, text: '' };
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      client.text += chunk;
    });
    return client;
  };

  const whole = await ask('to be');
  expect(whole.head).toMatchObject({
    ':status': 200,
    'content-type': 'text/event-stream',
    'x-before': 'kept',
  });
  const ended = once(whole.stream, 'close');
  for (const word of ['to', 'be']) {
    await vi.waitUntil(() => whole.text.endsWith(`data: ${word}\n\n`), 10_000);
    next();
  }
  await ended;
  expect(whole.text).toBe('data: to\n\ndata: be\n\n');

  const left = await ask('or not');
  await vi.waitUntil(() => left.text.endsWith('data: or\n\n'), 10_000);
  left.stream.close(8);
  await vi.waitUntil(() => seen.left === 2, 10_000);
});
