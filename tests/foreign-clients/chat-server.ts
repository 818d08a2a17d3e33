// A chat's server in a process of its own, that can be killed: a model of the AI SDK answers, SQLite keeps the answers.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { createChatRuns, UI_MESSAGE_STREAM } from '@eventwire/server/ai-sdk';
import { createRuns, eventStreamHandler, streamEvents } from '@eventwire/server-node';
import { createSqliteRunStore } from '@eventwire/sqlite';
import { simulateReadableStream, streamText, toUIMessageStream } from 'ai';
import { MockLanguageModelV4 } from 'ai/test';
import { openSqlite } from '../support/open-sqlite';
import { CHAT_WORDS } from './chat-words';

const [path = '', pace = '5', ended = ''] = process.argv.slice(2);
const usage = {
  inputTokens: { total: 1, noCache: 1, cacheRead: 0, cacheWrite: 0 },
  outputTokens: { total: 1, text: 1, reasoning: 0 },
};
const model = new MockLanguageModelV4({
  doStream: async () => ({
    stream: simulateReadableStream({
      chunkDelayInMs: Number(pace),
      chunks: [
        { type: 'stream-start', warnings: [] },
        { type: 'text-start', id: 'text-1' },
        ...CHAT_WORDS.map((delta) => ({ type: 'text-delta' as const, id: 'text-1', delta })),
        { type: 'text-end', id: 'text-1' },
        { type: 'finish', finishReason: { unified: 'stop', raw: 'stop' }, usage },
      ],
    }),
  }),
});

const store = createSqliteRunStore({ database: openSqlite(path) });
const chats = createChatRuns(createRuns({ store, lease: 800 }));
const idOf = (url = '') => decodeURIComponent(url.split('/')[2] ?? '');
const resume = eventStreamHandler(
  (stream, req) => chats.resume(stream, idOf(req.url), { ended: ended === 'ended' }),
  UI_MESSAGE_STREAM,
);

const server = createServer(async (req, res) => {
  if (req.url === '/page') {
    return void res
      .writeHead(200, { 'content-type': 'text/html' })
      .end('<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,">');
  }
  if (req.method === 'GET') return resume(req, res);
  if (req.method === 'DELETE') {
    return void res.writeHead((await chats.stop(idOf(req.url), 'by the user')) ? 202 : 404).end();
  }
  const { id } = (await json(req)) as { id: string };
  await chats.start(id, ({ signal }) =>
    toUIMessageStream({ stream: streamText({ model, prompt: 'Speak', abortSignal: signal }).stream }),
  );
  await streamEvents(req, res, (stream) => chats.follow(stream, id), UI_MESSAGE_STREAM);
});
server.listen(0, '127.0.0.1', () => {
  console.log(JSON.stringify({ port: (server.address() as AddressInfo).port }));
});
// The parent may be killed too.
process.stdin.resume().on('end', () => process.exit());
