import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { LoggingMessageNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import { expect, it } from 'vitest';
import { createCuttingProxy } from '../support/cutting-proxy';
import { runSeed, seededRandom } from '../support/random';
import { startMcpServer } from './mcp-server';

const WORDS = Array.from({ length: 60 }, (_, n) => `word ${n} é 漢字 😀`);
/** Behind the head and the event that opens a stream: without that one's id the client cannot come back. */
const BEFORE_CUTS = 600;

it(`the client of the MCP SDK gets every message once over cut connections (seed ${runSeed})`, async () => {
  const random = seededRandom(runSeed);
  await using server = await startMcpServer();
  let cutting = false;
  await using proxy = await createCuttingProxy(server.port, () =>
    cutting ? BEFORE_CUTS + Math.floor(random() * 1500) : Number.POSITIVE_INFINITY,
  );
  const client = new Client({ name: 'reader', version: '1.0.0' });
  const words: unknown[] = [];
  client.setNotificationHandler(
    LoggingMessageNotificationSchema,
    ({ params }) => void words.push(params.data),
  );
  const errors: string[] = [];
  client.onerror = ({ message }) => errors.push(message);
  const transport = new StreamableHTTPClientTransport(new URL(proxy.url));
  await client.connect(transport as Parameters<typeof client.connect>[0]);

  cutting = true;
  const result = await client.callTool({ name: 'say', arguments: { words: WORDS } });

  expect(result.content).toEqual([{ type: 'text', text: 'done' }]);
  expect(words).toEqual(WORDS);
  expect(proxy.cuts.length).toBeGreaterThan(2);
  expect(errors.filter((message) => !message.startsWith('SSE stream disconnected'))).toEqual([]);
  await client.close();
});
