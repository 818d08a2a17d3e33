import { randomUUID } from 'node:crypto';
import { createEventStore } from '@eventwire/server/mcp';
import type { EventLog } from '@eventwire/server-node';
import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import {
  type EventStore,
  StreamableHTTPServerTransport,
} from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { CallToolRequestSchema, ListToolsRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { type RunningServer, serve } from '../support/listen';

/** Its clients come back after so many ms. */
const RETRY = 50;
const TOOLS = ['say', 'test_reconnection'].map((name) => ({
  name,
  description: name,
  inputSchema: { type: 'object' as const },
}));

/** A server of the MCP SDK, whose sessions keep their messages in this log. */
export async function startSdkServer(log: EventLog): Promise<RunningServer> {
  const transports = new Map<string, StreamableHTTPServerTransport>();
  return serve(async (request, response) => {
    const known = transports.get(String(request.headers['mcp-session-id']));
    if (known) return known.handleRequest(request, response);
    const session = randomUUID();
    const eventStore: EventStore = createEventStore({ log, session });
    const transport = new StreamableHTTPServerTransport({
      sessionIdGenerator: () => session,
      retryInterval: RETRY,
      eventStore,
      onsessioninitialized: () => void transports.set(session, transport),
    });
    await createServer().connect(transport as Parameters<Server['connect']>[0]);
    await transport.handleRequest(request, response);
  });
}

function createServer(): Server {
  const server = new Server(
    { name: 'eventwire', version: '1.0.0' },
    { capabilities: { tools: {}, logging: {} } },
  );
  server.setRequestHandler(ListToolsRequestSchema, () => ({ tools: TOOLS }));
  server.setRequestHandler(CallToolRequestSchema, async ({ params }, extra) => {
    if (params.name === 'test_reconnection') {
      extra.closeSSEStream?.();
      await new Promise((resolve) => setTimeout(resolve, 2 * RETRY));
    }
    for (const data of (params.arguments?.words as string[] | undefined) ?? []) {
      await extra.sendNotification({ method: 'notifications/message', params: { level: 'info', data } });
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    return { content: [{ type: 'text', text: 'done' }] };
  });
  return server;
}
