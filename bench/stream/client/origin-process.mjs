// The origin of all participants: the same bytes for each. Its processor time is nobody's.
import { createServer } from 'node:http';
import { makeChunks } from './streams.mjs';

const server = createServer(async (req, res) => {
  const { pathname, searchParams } = new URL(req.url ?? '', 'http://localhost');
  res.setHeader('access-control-allow-origin', '*');
  if (pathname !== '/events') return void res.setHeader("content-type", "text/html").end("<!doctype html>");
  const chunks = makeChunks(
    searchParams.get('chunks'),
    Number(searchParams.get('events')),
    searchParams.has('ids'),
  );
  res.writeHead(200, { 'content-type': 'text/event-stream' });
  for (const chunk of chunks)
    if (!res.write(chunk)) await new Promise((resolve) => res.once('drain', resolve).once('close', resolve));
  // Left open: what a participant does at the end of a response is not measured.
  req.on('close', () => res.end());
});
server.listen(0, '127.0.0.1', () => {
  const address = /** @type {import('node:net').AddressInfo} */ (server.address());
  process.send?.(`http://127.0.0.1:${address.port}/`);
});
process.on('disconnect', () => process.exit());
