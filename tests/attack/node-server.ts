// The server that tests/attack attacks, over node:http, in a process of its own.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { eventStreamHandler } from '@eventwire/server-node';
import { heapInUse } from '../chaos/heap';
import { currentFigures, fault, targetAt, theChannel } from './targets';

for (const event of ['uncaughtException', 'unhandledRejection', 'warning'])
  process.on(event, (error) => fault(event, error));

async function answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
  let body = '';
  try {
    if (req.method === 'POST') body = await text(req);
  } catch {
    return; // gone in the middle of its request
  }
  const path = (req.url ?? '').split('?', 1)[0] ?? '';
  const target = targetAt(path);
  if (target) return eventStreamHandler(target.callback, target.init)(req, res);
  if (path === '/publish') return void res.end(await theChannel().publish(body));
  if (path === '/figures') return void res.end(JSON.stringify({ ...currentFigures(), heap: heapInUse() }));
  res.writeHead(404).end();
}

const server = createServer((req, res) => void answer(req, res));
server.listen({ port: 0, host: '127.0.0.1', backlog: 1024 }, () => {
  console.log(JSON.stringify({ port: (server.address() as AddressInfo).port }));
});
process.stdin.resume().on('end', () => process.exit());
