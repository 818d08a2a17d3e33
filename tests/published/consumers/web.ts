// What a user's program names of each package that needs no certain runtime. It is compiled, and never run.
import { type ConnectOptions, connect, type EventStream, type FetchLike } from '@eventwire/client';
import { EventSource } from '@eventwire/client/eventsource';
import { EventSource as Installed } from '@eventwire/client/eventsource/polyfill';
import { EventStreamEncoderStream, encode, ServerEvent } from '@eventwire/encoder';
import { createParser, EventStreamDecoderStream, parseEventStream } from '@eventwire/parser';
import { createRedisLog, type RedisLogOptions } from '@eventwire/redis';
import { createChannel, createMemoryLog, createRuns } from '@eventwire/server';
import { createChatRuns, UI_MESSAGE_STREAM } from '@eventwire/server/ai-sdk';
import { createEventStore, type McpEventStore } from '@eventwire/server/mcp';
import { createResumableStreamContext } from '@eventwire/server/resumable-stream';
import { type DurableStream, runDurability } from '@eventwire/server/tanstack-ai';
import { streamEvents } from '@eventwire/server-web';
import { allSplits, oracle } from '@eventwire/testing';
import { describeEventLog, type EventLogFactory } from '@eventwire/testing/event-log';

export async function follow(url: URL): Promise<void> {
  // The platform's own fetch fits, whatever its types are called.
  const own: FetchLike = (target, init) => fetch(target, init);
  const options: ConnectOptions = {
    fetch: own,
    method: 'POST',
    body: () => '{}',
    headers: { authorization: 'Bearer token', absent: undefined },
    credentials: 'include',
    signal: new AbortController().signal,
    redirect: (to, from) => (to.origin === from.origin ? 'forward' : 'error'),
    onOpen: ({ headers }) => headers.get('date'),
  };
  await using stream: EventStream = connect(url, options);
  for await (const { type, data } of stream) encode({ type, data });
  connect(url, { fetch, body: new Uint8Array(1), headers: new Headers() });
}

export function listen(url: URL): void {
  const source = new EventSource(url, { withCredentials: true, fetch, headers: { 'x-own': 'y' } });
  source.onmessage = ({ data, lastEventId }) => encode({ data: String(data), id: lastEventId });
  source.addEventListener('tick', ({ data }) => encode(String(data)), { once: true });
  source.addEventListener('error', ({ type }) => encode(type));
  source.removeEventListener('tick', () => {}, true);
  const closed: boolean = source.readyState === source.CLOSED && source instanceof Installed;
  if (!closed) source.close();
}

export async function read(response: Response): Promise<void> {
  createParser({ onEvent: ({ data }) => encode(data) }).feed('data: a\n\n');
  for await (const { lastEventId } of parseEventStream(response)) encode(lastEventId);
  const events = response.body?.pipeThrough(new EventStreamDecoderStream());
  const bytes = events?.pipeThrough(new EventStreamEncoderStream());
  await bytes?.getReader().read();
}

export function serve(request: Request, client: RedisLogOptions['client']): Response | Promise<Response> {
  const channel = createChannel({ log: createMemoryLog() });
  const log = createRedisLog({ client, key: 'events' });
  const factory: EventLogFactory = () => log;
  const test = { describe: () => {}, it: () => {}, expect: () => {} };
  describeEventLog('log', factory, test as unknown as Parameters<typeof describeEventLog>[2]);
  for (const chunks of allSplits('data: a\n\n')) oracle(chunks.join(''));
  return streamEvents(request, (stream) => {
    if (stream.signal.aborted) return;
    stream.sendEvent(new ServerEvent('a'));
    return channel.subscribe(stream);
  });
}

export async function chat(request: Request, chunks: ReadableStream<{ type: string }>): Promise<Response> {
  const chats = createChatRuns(createRuns());
  await chats.start('1', async ({ signal }) => (signal.aborted ? [] : chunks));
  if (request.method === 'GET')
    return streamEvents(request, (stream) => chats.resume(stream, '1', { ended: true }), UI_MESSAGE_STREAM);
  return streamEvents(request, (stream) => chats.follow(stream, '1'), UI_MESSAGE_STREAM);
}

export async function resume(text: ReadableStream<string>): Promise<Response> {
  const streams = createResumableStreamContext({ runs: createRuns(), waitUntil: null });
  const made = await streams.createNewResumableStream('1', () => text);
  const stream: ReadableStream<string> | null | undefined =
    made ?? (await streams.resumeExistingStream('1', 5));
  return new Response(stream?.pipeThrough(new TextEncoderStream()) ?? null);
}

export function storeMessages(session: string): McpEventStore {
  return createEventStore({ log: createMemoryLog(), session });
}

export function keepChunks(request: Request): DurableStream<{ type: string }> {
  const stream = runDurability<{ type: string }>(createRuns(), request, { prefix: 'user/' });
  return stream.resumeFrom() === null ? runDurability(createRuns(), { runId: stream.runId }) : stream;
}
