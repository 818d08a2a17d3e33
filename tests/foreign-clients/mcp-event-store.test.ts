import { createRedisLog } from '@eventwire/redis';
import { createEventStore } from '@eventwire/server/mcp';
import { createMemoryLog, type EventLog } from '@eventwire/server-node';
import { createSqliteLog } from '@eventwire/sqlite';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { LoggingMessageNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import { createClient } from 'redis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCuttingProxy } from '../support/cutting-proxy';
import { nodeProgram } from '../support/node-process';
import { openSqlite } from '../support/open-sqlite';
import { runSeed, seededRandom } from '../support/random';
import { startRedis } from '../support/redis-server';
import { databaseFolder } from '../support/sqlite-databases';
import { type ConformanceTool, conformanceTool } from './mcp-conformance';
import { startSdkServer } from './mcp-sdk-server';

const WORDS = Array.from({ length: 60 }, (_, n) => `word ${n} é 漢字 😀`);
/** Behind the head and the event that opens a stream: without that one's id the client cannot come back. */
const BEFORE_CUTS = 1200;
/** A connection that is reset may fail before its head is read. */
const OF_A_CUT = /^SSE stream disconnected|fetch failed$/;
const RECONNECTION = {
  initialReconnectionDelay: 20,
  maxReconnectionDelay: 100,
  reconnectionDelayGrowFactor: 1.5,
  maxRetries: 50,
};

interface OpenLog extends AsyncDisposable {
  readonly log: EventLog;
}

const logs: Record<string, () => Promise<OpenLog>> = {
  memory: async () => ({ log: createMemoryLog(), async [Symbol.asyncDispose]() {} }),
  async SQLite() {
    const files = await databaseFolder();
    const database = openSqlite(files.next());
    return {
      log: createSqliteLog({ database }),
      async [Symbol.asyncDispose]() {
        database.close();
        await files.dispose();
      },
    };
  },
  async Redis() {
    const redis = await startRedis();
    const client = createClient({ url: redis.url });
    await client.connect();
    const log = createRedisLog({ client, key: 'mcp' });
    return {
      log,
      async [Symbol.asyncDispose]() {
        await log[Symbol.asyncDispose]();
        client.destroy();
        await redis[Symbol.asyncDispose]();
      },
    };
  },
};

describe.each(Object.entries(logs))("The MCP SDK's server with the event store, in %s", (_, open) => {
  let kept: OpenLog;
  beforeAll(async () => {
    kept = await open();
  });
  afterAll(() => kept?.[Symbol.asyncDispose]());

  it(`gives two clients of the SDK every message once over cut connections (seed ${runSeed})`, async () => {
    const random = seededRandom(runSeed);
    await using server = await startSdkServer(kept.log);
    await using proxy = await createCuttingProxy(
      server.port,
      () => BEFORE_CUTS + Math.floor(random() * 1500),
    );
    proxy.isCutting = false;
    const clients = await Promise.all(
      ['one', 'other'].map(async (name) => {
        const client = new Client({ name, version: '1.0.0' });
        const [words, errors]: [unknown[], string[]] = [[], []];
        client.setNotificationHandler(
          LoggingMessageNotificationSchema,
          ({ params }) => void words.push(params.data),
        );
        client.onerror = ({ message }) => errors.push(message);
        const transport = new StreamableHTTPClientTransport(new URL(proxy.url), {
          reconnectionOptions: RECONNECTION,
        });
        await client.connect(transport as Parameters<typeof client.connect>[0]);
        return { client, name, words, errors };
      }),
    );
    proxy.isCutting = true;
    const said = (name: string) => WORDS.map((word) => `${name}: ${word}`);
    await Promise.all(
      clients.map(async ({ client, name, words, errors }) => {
        const result = await client.callTool({ name: 'say', arguments: { words: said(name) } });
        expect(result.content).toEqual([{ type: 'text', text: 'done' }]);
        expect(words).toEqual(said(name));
        expect(errors.filter((message) => !OF_A_CUT.test(message))).toEqual([]);
      }),
    );
    expect(proxy.cuts.length).toBeGreaterThan(4);
    for (const { client } of clients) await client.close();
  });

  describe('and the conformance tool', () => {
    let tool: ConformanceTool;
    beforeAll(async () => {
      // The older one calls the tool by the protocol of 2025-03-26, in which no event opens a stream.
      tool = await conformanceTool('mcp-conformance-next');
    });
    afterAll(() => tool?.[Symbol.asyncDispose]());

    it.each([
      [
        'server-sse-polling',
        ['server-sse-priming-event', 'server-sse-retry-field', 'server-sse-disconnect-resume'],
      ],
      [
        'server-sse-multiple-streams',
        ['server-accepts-multiple-post-streams', 'server-sse-streams-functional'],
      ],
    ])('pass the scenario %s', async (scenario, ids) => {
      await using server = await startSdkServer(kept.log);
      expect(await tool.check('server', scenario, '--url', server.url)).toEqual(
        ids.map((id) => expect.objectContaining({ id, status: 'SUCCESS' })),
      );
    });
  });
});

it('After the server is killed, all that a client has got can be replayed from its first event', async () => {
  await using program = await nodeProgram(new URL('./mcp-store-process.ts', import.meta.url));
  const files = await databaseFolder();
  const path = files.next();
  const server = await program.start([path]);
  const url = `http://127.0.0.1:${server.port}`;
  let session = '';
  const post = (message: object) =>
    fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        ...(session && { 'mcp-session-id': session, 'mcp-protocol-version': '2025-11-25' }),
      },
      body: JSON.stringify({ jsonrpc: '2.0', ...message }),
    });
  const clientInfo = { name: 'reader', version: '1.0.0' };
  const hello = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo };
  const initialized = await post({ id: 1, method: 'initialize', params: hello });
  session = initialized.headers.get('mcp-session-id') ?? '';
  await initialized.body?.cancel();
  await post({ method: 'notifications/initialized' });
  const call = { id: 2, method: 'tools/call', params: { name: 'say', arguments: { words: WORDS } } };
  let text = '';
  const { body } = await post(call);
  const reading = (async () => {
    const decoder = new TextDecoder();
    for await (const bytes of body ?? []) text += decoder.decode(bytes, { stream: true });
  })();
  await expect.poll(() => text).toContain(WORDS[5]);
  const cut = expect(reading).rejects.toThrow();
  await server.kill();
  await cut;

  const database = openSqlite(path);
  const store = createEventStore({ log: createSqliteLog({ database }), session });
  const [opening = '', ...ids] = [...text.matchAll(/^id: (.+)$/gm)].map((match) => match[1]);
  const replayed: { id: string; data: unknown }[] = [];
  const stream = await store.replayEventsAfter(opening, {
    async send(id, message) {
      replayed.push({ id, data: (message as { params: { data: string } }).params.data });
    },
  });
  expect(stream).toBe(await store.getStreamIdForEventId(opening));
  expect(replayed.map(({ data }) => data)).toEqual(WORDS.slice(0, replayed.length));
  // What was sent was stored before; what was stored last may not have been sent.
  expect(replayed.map(({ id }) => id).slice(0, ids.length)).toEqual(ids);
  database.close();
  await files.dispose();
});
