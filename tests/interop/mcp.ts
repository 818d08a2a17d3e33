import { randomUUID } from 'node:crypto';
import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import {
  type EventStore,
  StreamableHTTPServerTransport,
} from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js';
import { serve } from '../support/listen';
import type { Peer } from './server';

const PROTOCOL_VERSION = '2025-06-18';

/** A session of the Model Context Protocol whose server sends log messages by its GET stream. */
export async function startMcp(): Promise<Peer> {
  const store = new MemoryStore();
  const transport = new StreamableHTTPServerTransport({
    sessionIdGenerator: randomUUID,
    eventStore: store,
  });
  const mcp = new Server({ name: 'peer', version: '1.0.0' }, { capabilities: { logging: {} } });
  // Its own declaration of onclose is not made for exactOptionalPropertyTypes.
  await mcp.connect(transport as Parameters<typeof mcp.connect>[0]);
  const server = await serve((request, response) => void transport.handleRequest(request, response));

  const headers = {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    'mcp-protocol-version': PROTOCOL_VERSION,
  };
  const post = async (message: object, session = {}) => {
    const body = JSON.stringify({ jsonrpc: '2.0', ...message });
    const response = await fetch(server.url, { method: 'POST', headers: { ...headers, ...session }, body });
    if (!response.ok) throw new Error(`The server answered ${response.status}: ${await response.text()}`);
    await response.text();
    return response.headers.get('mcp-session-id') ?? '';
  };
  const params = {
    protocolVersion: PROTOCOL_VERSION,
    capabilities: {},
    clientInfo: { name: 'connect', version: '1.0.0' },
  };
  const session = { 'mcp-session-id': await post({ id: 1, method: 'initialize', params }) };
  await post({ method: 'notifications/initialized' }, session);

  const publish = (text: string) =>
    mcp.notification({ method: 'notifications/message', params: { level: 'info', data: text } });
  await publish('the place to start behind');
  return {
    port: server.port,
    path: '/',
    options: {
      lastEventId: store.newest,
      headers: { ...session, accept: 'text/event-stream', 'mcp-protocol-version': PROTOCOL_VERSION },
    },
    publish,
    textOf: (data) => JSON.parse(data).params.data,
    [Symbol.asyncDispose]: async () => {
      await mcp.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

/** What the SDK asks its users for, to be able to replay. */
class MemoryStore implements EventStore {
  newest = '';
  readonly #events: { id: string; streamId: string; message: JSONRPCMessage }[] = [];

  async storeEvent(streamId: string, message: JSONRPCMessage): Promise<string> {
    const id = `${streamId}/${this.#events.length}`;
    this.#events.push({ id, streamId, message });
    this.newest = id;
    return id;
  }

  async replayEventsAfter(
    lastEventId: string,
    { send }: { send(id: string, message: JSONRPCMessage): Promise<void> },
  ): Promise<string> {
    const [streamId = '', index] = lastEventId.split('/');
    for (let next = Number(index) + 1; next < this.#events.length; next++) {
      const event = this.#events[next];
      if (event?.streamId === streamId) await send(event.id, event.message);
    }
    return streamId;
  }
}
