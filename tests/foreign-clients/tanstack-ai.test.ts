import { createRuns } from '@eventwire/server';
import { runDurability } from '@eventwire/server/tanstack-ai';
import { createSqliteRunStore } from '@eventwire/sqlite';
import { getRequestListener } from '@hono/node-server';
import { memoryStream, RUN_CANCEL_REASON, type StreamChunk, type StreamDurability } from '@tanstack/ai';
import { ChatClient, fetchServerSentEvents } from '@tanstack/ai-client';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createCuttingProxy } from '../support/cutting-proxy';
import { serve } from '../support/listen';
import { type NodeProcess, type NodeProgram, nodeProgram } from '../support/node-process';
import { openSqlite } from '../support/open-sqlite';
import { runSeed, seededRandom } from '../support/random';
import { databaseFolder } from '../support/sqlite-databases';
import { CHAT_WORDS } from './chat-words';
import { type ModelCalls, modelOf } from './tanstack-model';
import { chatRoute } from './tanstack-routes';

const TEXT = CHAT_WORDS.join('');
/** Behind the head of a response and its first chunk: before that, the client has no offset to come back with. */
const HEAD = 600;

/** What a page reads, in the client's own way. */
class Page {
  readonly chunks: StreamChunk[] = [];
  error: unknown;
  readonly done: Promise<void>;

  constructor(stream: AsyncIterable<StreamChunk>) {
    this.done = this.#read(stream);
  }

  static ask(url: string, runId: string, signal?: AbortSignal): Page {
    const connection = fetchServerSentEvents(url, { reconnect: { delayMs: 1 } });
    return new Page(connection.connect([], undefined, signal, { runId, threadId: 'thread 1' }));
  }

  static join(url: string, runId: string): Page {
    return new Page(fetchServerSentEvents(url, { reconnect: { delayMs: 1 } }).joinRun(runId));
  }

  get text(): string {
    return this.chunks
      .map((chunk) => ('delta' in chunk && chunk.type === 'TEXT_MESSAGE_CONTENT' ? chunk.delta : ''))
      .join('');
  }

  get types(): string[] {
    return this.chunks.map(({ type }) => type);
  }

  async #read(stream: AsyncIterable<StreamChunk>): Promise<void> {
    try {
      for await (const chunk of stream) this.chunks.push(chunk);
    } catch (error) {
      this.error = error;
    }
  }
}

describe('TanStack AI over runDurability, with answers in SQLite', () => {
  let program: NodeProgram;
  let files: Awaited<ReturnType<typeof databaseFolder>>;
  let path: string;
  beforeAll(async () => {
    program = await nodeProgram(new URL('./tanstack-server.ts', import.meta.url));
    files = await databaseFolder();
  });
  beforeEach(() => {
    path = files.next();
  });
  afterAll(async () => {
    await program?.[Symbol.asyncDispose]();
    await files?.dispose();
  });
  const urlOf = ({ port }: NodeProcess) => `http://127.0.0.1:${port}/chat`;

  it('answers in several turns, and gives a page that joins the same chunks from the first', async () => {
    const server = await program.start([path, '1']);
    const asking = Page.ask(urlOf(server), 'run 1');
    await asking.done;
    expect([asking.text, asking.error]).toEqual([TEXT, undefined]);
    expect(asking.types.filter((type) => type === 'RUN_FINISHED')).toHaveLength(2);
    const joining = Page.join(urlOf(server), 'run 1');
    await joining.done;
    expect(joining.chunks).toEqual(asking.chunks);
  });

  it(`gives the whole answer once after any number of cuts (seed ${runSeed})`, async () => {
    const random = seededRandom(runSeed);
    const server = await program.start([path, '5']);
    await using proxy = await createCuttingProxy(server.port, () => HEAD + Math.floor(random() * 700));
    const asking = Page.ask(`${proxy.url}/chat`, 'é 1');
    await asking.done;
    expect([asking.text, asking.error]).toEqual([TEXT, undefined]);
    const cuts = proxy.cuts.length;
    expect(cuts).toBeGreaterThan(4);
    const joining = Page.join(`${proxy.url}/chat`, 'é 1');
    await joining.done;
    expect(proxy.cuts.length).toBeGreaterThan(cuts + 4);
    for (const { text, error, types } of [asking, joining]) {
      expect([text, error]).toEqual([TEXT, undefined]);
      expect(types.filter((type) => type === 'RUN_FINISHED')).toHaveLength(2);
      expect(types).not.toContain('RUN_ERROR');
    }
    expect(joining.chunks).toEqual(asking.chunks);
  });

  it('goes on while nobody listens, and is there for a page of another process', async () => {
    const [one, other] = [await program.start([path, '10']), await program.start([path])];
    const abort = new AbortController();
    const asking = Page.ask(urlOf(one), 'run 1', abort.signal);
    await expect.poll(() => asking.text).toContain('word 3');
    abort.abort();
    await asking.done;
    expect(asking.text).not.toBe(TEXT);
    const joining = Page.join(urlOf(other), 'run 1');
    await joining.done;
    expect([joining.text, joining.error]).toEqual([TEXT, undefined]);
  });

  it('is stopped in whichever process, for all who read it', async () => {
    const [one, other] = [await program.start([path, '20']), await program.start([path])];
    const asking = Page.ask(urlOf(one), 'run 1');
    await expect.poll(() => asking.text).toContain('word 3');
    const joining = Page.join(urlOf(other), 'run 1');
    await expect.poll(() => joining.text).toContain('word 5');
    const stop = () => fetch(urlOf(other), { method: 'DELETE', headers: { 'x-run-id': 'run 1' } });
    expect((await stop()).status).toBe(202);
    await Promise.all([asking.done, joining.done]);
    expect(joining.text).not.toBe(TEXT);
    expect(TEXT.startsWith(joining.text)).toBe(true);
    expect(joining.text).toBe(asking.text);
    expect((await stop()).status).toBe(404);
  });

  it('tells its readers if the process that answers is killed, and keeps what they have seen', async () => {
    const [one, other] = [await program.start([path, '20']), await program.start([path])];
    const asking = Page.ask(urlOf(one), 'run 1');
    await expect.poll(() => asking.text).toContain('word 3');
    const joining = Page.join(urlOf(other), 'run 1');
    await expect.poll(() => joining.text).toContain('word 5');
    const runs = createRuns({ store: createSqliteRunStore({ database: openSqlite(path) }) });
    const durability = runDurability(runs, { runId: 'run 1' });
    const underWay = await durability.snapshot();
    expect(underWay.length).toBeGreaterThan(5);
    await one.kill();
    await joining.done;
    expect(joining.types.at(-1)).toBe('RUN_ERROR');
    expect(TEXT.startsWith(joining.text)).toBe(true);
    const left = await durability.snapshot();
    expect(left.slice(0, underWay.length)).toEqual(underWay);
    const late = Page.join(urlOf(other), 'run 1');
    await late.done;
    expect(late.text).toBe(joining.text);
    expect(late.types.at(-1)).toBe('RUN_ERROR');
    await runs.close();
  });
});

describe('TanStack AI over runDurability', () => {
  it('shows a ChatClient the answer, and tells its model of a stop in its own way', async () => {
    const runs = createRuns();
    const calls: ModelCalls = { turns: 0, aborts: [] };
    await using server = await serve(getRequestListener(chatRoute(runs, modelOf(5, calls))));
    const client = new ChatClient({ connection: fetchServerSentEvents(server.url) });
    const textOf = () =>
      client
        .getMessages()
        .flatMap(({ role, parts }) => (role === 'assistant' ? parts : []))
        .map((part) => (part.type === 'text' ? part.content : ''))
        .join('');
    await client.sendMessage('Speak');
    expect([textOf(), client.getStatus(), calls.turns]).toEqual([TEXT, 'ready', 2]);
    const asked = client.sendMessage('Once more');
    await expect.poll(() => textOf().length).toBeGreaterThan(TEXT.length);
    const runId = client.getCurrentRunId() ?? '';
    await fetch(server.url, { method: 'DELETE', headers: { 'x-run-id': runId } });
    await asked;
    expect(new Set(calls.aborts)).toEqual(new Set([RUN_CANCEL_REASON]));
    expect(textOf().length).toBeLessThan(2 * TEXT.length);
    await expect.poll(() => runs.state(`tanstack-ai/${runId}`)).toMatchObject({ outcome: 'stopped' });
    client.dispose();
    await runs.close();
  });

  const chunks = ['a', 'b', 'c'].map((value) => ({ type: 'CUSTOM', name: 'n', value }) as StreamChunk);
  const runs = createRuns();
  it.each<[string, (runId: string, offset?: string) => StreamDurability]>([
    ['memoryStream', (runId, offset = undefined) => memoryStream({ runId, offset: offset ?? null })],
    ['runDurability', (runId, offset) => runDurability(runs, { runId, offset })],
  ])('does what its own stream in memory does: %s', async (_, open) => {
    const producer = open('run 1');
    expect([producer.resumeFrom(), await producer.snapshot()]).toEqual([null, []]);
    const offsets = await producer.append(chunks.slice(0, 2));
    expect(new Set(offsets).size).toBe(2);
    const read = async (offset: string, signal?: AbortSignal) => {
      const stored: StreamChunk[] = [];
      for await (const { chunk } of open('run 1', offset).read(offset, signal)) stored.push(chunk);
      return stored;
    };
    const reading = [read('-1'), read(offsets[0] ?? '')];
    const left = read('-1', AbortSignal.abort());
    offsets.push(...(await producer.append(chunks.slice(2))));
    const stored = chunks.map((chunk, n) => ({ offset: offsets[n], chunk }));
    expect(await producer.snapshot()).toEqual(stored);
    await producer.close();
    expect(await Promise.all(reading)).toEqual([chunks, chunks.slice(1)]);
    expect(chunks.slice(0, (await left).length)).toEqual(await left);
    expect(await read(offsets[1] ?? '')).toEqual(chunks.slice(2));
    expect(await read(offsets[2] ?? '')).toEqual([]);
    expect(await read('now')).toEqual([]);
  });
});
