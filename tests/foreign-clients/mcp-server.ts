import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import {
  createMemoryLog,
  type EventInput,
  type EventStreamResponse,
  eventStreamHandler,
} from '@eventwire/server-node';
import { type RunningServer, serve } from '../support/listen';

interface Message {
  id?: number;
  method?: string;
  params?: { name?: string; protocolVersion?: string; arguments?: { words?: string[] } };
}

/** Its client comes back after so many ms, as the event that opens each stream says. */
const RETRY = 50;
const session = randomUUID();
const TOOLS = ['say', 'test_reconnection'].map((name) => ({
  name,
  description: name,
  inputSchema: { type: 'object' },
}));

/**
 * A server of the Model Context Protocol by streamable HTTP: every stream is Eventwire's, and the memory log
 * keeps the messages. Each stream is a topic, so that a client that comes back gets the rest of its own stream.
 */
export async function startMcpServer(): Promise<RunningServer> {
  const log = createMemoryLog();
  const topics = new Map<string, string>();
  const append = async (topic: string, event: EventInput): Promise<EventInput & { id: string }> => {
    const logged = await log.append(event, { topic });
    topics.set(logged.id, topic);
    return { ...logged.event, id: logged.id };
  };
  const send = (topic: string, message: object) =>
    append(topic, JSON.stringify({ jsonrpc: '2.0', ...message }));

  /** The messages of a topic behind this id, up to the response that ends it. */
  async function* messages(topic: string, after: string, signal: AbortSignal) {
    let changed = () => {};
    await log.follow(await log.lastId(), () => changed(), signal);
    signal.addEventListener('abort', () => changed());
    for (let cursor = after; !signal.aborted; ) {
      const change = new Promise<void>((resolve) => {
        changed = resolve;
      });
      const { events } = await log.read(cursor, { limit: 100 });
      for (const { id, event, topic: its } of events) {
        cursor = id;
        if (its !== topic) continue;
        yield { ...event, id };
        if (String(event.data).includes('"result"')) return;
      }
      if (events.length === 0) await change;
    }
  }

  /** Works on a request; its stream gets what it appends. */
  async function work(topic: string, { id, method, params }: Message, stream: EventStreamResponse) {
    if (method === 'tools/list') return send(topic, { id, result: { tools: TOOLS } });
    if (params?.name === 'test_reconnection') {
      stream.close();
      await stream.closed;
    }
    for (const data of params?.arguments?.words ?? []) {
      await send(topic, { method: 'notifications/message', params: { level: 'info', data } });
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    return send(topic, { id, result: { content: [{ type: 'text', text: 'done' }] } });
  }

  const init = { heartbeat: 5, headers: { 'mcp-session-id': session } };
  const serveGet = eventStreamHandler(
    (stream) => messages(topics.get(stream.lastEventId) ?? 'session', stream.lastEventId, stream.signal),
    { ...init, conventions: false },
  );

  async function servePost(request: IncomingMessage, response: ServerResponse) {
    const message: Message = JSON.parse(await text(request));
    if (message.id === undefined) return void response.writeHead(202, { connection: 'close' }).end();
    if (message.method === 'initialize') return initialize(message, response);
    return eventStreamHandler(async (stream) => {
      const topic = randomUUID();
      const opening = await append(topic, { data: '', retry: RETRY });
      await stream.sendEvent(opening);
      void work(topic, message, stream);
      return messages(topic, opening.id, stream.signal);
    }, init)(request, response);
  }

  return serve((request, response) => {
    if (request.method === 'GET') void serveGet(request, response);
    else if (request.method === 'POST') void servePost(request, response);
    else response.writeHead(200).end();
  });
}

function initialize({ id, params }: Message, response: ServerResponse): void {
  const result = {
    protocolVersion: params?.protocolVersion,
    capabilities: { logging: {}, tools: {} },
    serverInfo: { name: 'eventwire', version: '1.0.0' },
  };
  response
    .writeHead(200, {
      ...{ 'content-type': 'application/json', 'mcp-session-id': session, connection: 'close' },
    })
    .end(JSON.stringify({ jsonrpc: '2.0', id, result }));
}
