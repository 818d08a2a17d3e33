// The origin of all clients: the same bytes for each. What it takes counts for none of them.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { listen } from '../../src/listen.mjs';
import { answerRequests } from '../answer-requests.mjs';
import { makeChunks } from './workloads.mjs';

const server = createServer(async (req, res) => {
  const { searchParams } = new URL(req.url ?? '', 'http://localhost');
  const { chunks = '', events, ids } = Object.fromEntries(searchParams);
  res.writeHead(200, { 'content-type': 'text/event-stream', 'access-control-allow-origin': '*' });
  for (const chunk of makeChunks(chunks, Number(events), ids === 'true')) {
    if (res.write(chunk)) continue;
    const controller = new AbortController();
    const { signal } = controller;
    await Promise.race([once(res, 'drain', { signal }), once(res, 'close', { signal })]).finally(() =>
      controller.abort(),
    );
    if (res.destroyed) return;
  }
  // Left open: what a client does at the end of a response is not measured.
});

answerRequests({
  async start() {
    return { port: await listen(server) };
  },
});
