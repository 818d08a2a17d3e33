// What a user's program names of the packages that need Node. It is compiled, and never run.
import { createServer } from 'node:http';
import { EventStreamResponse, eventStreamHandler } from '@eventwire/server-node';
import { scriptedServer } from '@eventwire/testing/server';

export async function serve(): Promise<void> {
  createServer(eventStreamHandler((stream) => stream.sendEvent('a'))).listen(0);
  createServer((request, response) => new EventStreamResponse(request, response).end()).listen(0);
  await using origin = await scriptedServer([]);
  await fetch(origin.url);
}
