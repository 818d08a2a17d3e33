import { createResumableStreamContext as createOurs } from '@eventwire/server/resumable-stream';
import { createMemoryRunStore, createRuns, type RunStore } from '@eventwire/server-node';
import { createSqliteRunStore } from '@eventwire/sqlite';
import {
  createResumableStreamContext as createTheirs,
  type Publisher,
  type ResumableStreamContext,
  type Subscriber,
} from 'resumable-stream/generic';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCuttingProxy } from '../support/cutting-proxy';
import { serve } from '../support/listen';
import { type NodeProgram, nodeProgram } from '../support/node-process';
import { openSqlite } from '../support/open-sqlite';
import { runSeed, seededRandom } from '../support/random';
import { databaseFolder } from '../support/sqlite-databases';
import { streamOf } from '../support/stream-of';

const silent = { onError: () => {} };

/** A context of the real package, over a broker in memory. */
function theirs(): ResumableStreamContext {
  const values = new Map<string, string>();
  const listeners = new Map<string, (message: string) => void>();
  const broker: { publisher: Publisher; subscriber: Subscriber } = {
    publisher: {
      connect: async () => {},
      publish: async (channel, message) => queueMicrotask(() => listeners.get(channel)?.(message)),
      set: async (key, value) => values.set(key, value),
      get: async (key) => values.get(key) ?? null,
      async incr(key) {
        const number = Number(values.get(key) ?? 0) + 1;
        if (Number.isNaN(number)) throw new Error('ERR value is not an integer or out of range');
        values.set(key, String(number));
        return number;
      },
    },
    subscriber: {
      connect: async () => {},
      subscribe: async (channel, callback) => void listeners.set(channel, callback),
      unsubscribe: async (channel) => listeners.delete(channel),
    },
  };
  return createTheirs({ waitUntil: null, ...broker });
}

const ours = (): ResumableStreamContext => createOurs({ runs: createRuns(silent), waitUntil: null });

/** A stream that gives what it is told to. */
function source() {
  let controller: ReadableStreamDefaultController<string> | undefined;
  const calls = { made: 0, cancelled: 0 };
  return {
    calls,
    make() {
      calls.made++;
      return new ReadableStream<string>({
        start(given) {
          controller = given;
        },
        cancel: () => void calls.cancelled++,
      });
    },
    async say(...pieces: string[]) {
      await expect.poll(() => controller !== undefined).toBe(true);
      for (const piece of pieces) controller?.enqueue(piece);
    },
    end: () => controller?.close(),
    fail: (error: unknown) => controller?.error(error),
  };
}

async function textOf(stream: ReadableStream<string> | null | undefined): Promise<string> {
  let text = '';
  for await (const piece of stream ?? ['no stream']) text += piece;
  return text;
}

describe.each([
  ['resumable-stream', theirs],
  ['@eventwire/server/resumable-stream', ours],
])('A context of %s', (_, createContext) => {
  it('gives a stream to the one that makes it and to those that resume it', async () => {
    const context = createContext();
    const { make, say, end } = source();
    const first = await context.createNewResumableStream('1', make);
    await say('Hello ');
    expect(await context.hasExistingStream('1')).toBe(true);
    const reader = first?.getReader();
    expect((await reader?.read())?.value).toBe('Hello ');
    const second = context.resumeExistingStream('1');
    const third = context.resumeExistingStream('1', 3);
    const streams = await Promise.all([second, third]);
    await say('there');
    end();
    expect(await Promise.all(streams.map(textOf))).toEqual(['Hello there', 'lo there']);
    reader?.releaseLock();
    expect(await textOf(first)).toBe('there');
    await expect.poll(() => context.hasExistingStream('1')).toBe('DONE');
    expect(await context.resumeExistingStream('1')).toBeNull();
    expect(await context.resumableStream('1', make)).toBeNull();
  });

  it('makes a stream once, however often it is asked for', async () => {
    const context = createContext();
    const { make, say, end, calls } = source();
    const first = await context.resumableStream('1', make);
    await say('a');
    const second = await context.resumableStream('1', make, 1);
    await say('b');
    end();
    expect([await textOf(first), await textOf(second), calls.made]).toEqual(['ab', 'b', 1]);
  });

  it('has no stream of another id', async () => {
    const context = createContext();
    expect(await context.hasExistingStream('1')).toBeNull();
    expect(await context.resumeExistingStream('1')).toBeUndefined();
  });

  it('makes a stream anew that has ended', async () => {
    const context = createContext();
    for (const text of ['first', 'second']) {
      const { make, say, end } = source();
      const stream = await context.createNewResumableStream('1', make);
      await say(text);
      end();
      expect(await textOf(stream)).toBe(text);
      await expect.poll(() => context.hasExistingStream('1')).toBe('DONE');
    }
  });

  it('goes on if the reader that made the stream leaves', async () => {
    const context = createContext();
    const { make, say, end, calls } = source();
    const first = await context.createNewResumableStream('1', make);
    await say('a');
    await first?.cancel();
    const second = await context.resumeExistingStream('1');
    await say('b');
    end();
    expect([await textOf(second), calls.cancelled]).toEqual(['ab', 0]);
  });
});

describe('Beyond that, a context on runs', () => {
  const open = (store: RunStore = createMemoryRunStore(), lease = 15_000) =>
    createOurs({ runs: createRuns({ store, lease, ...silent }) });

  it('makes one stream for any number of calls at once, in any number of contexts', async () => {
    const store = createMemoryRunStore();
    const sources = Array.from({ length: 20 }, source);
    const streams = await Promise.all(sources.map(({ make }) => open(store).resumableStream('1', make)));
    const texts = streams.map(textOf);
    await expect.poll(() => sources.filter(({ calls }) => calls.made > 0)).toHaveLength(1);
    const [maker] = sources.filter(({ calls }) => calls.made > 0);
    await maker?.say('a', 'b');
    maker?.end();
    expect(new Set(await Promise.all(texts))).toEqual(new Set(['ab']));
  });

  it('keeps every text as it is: line ends, halves of a pair, nothing', async () => {
    const context = open();
    const { make, say, end } = source();
    const pieces = ['a\r', '\n', '\r\n\n', '\ud83d', '\ude00', '', '\u0000 null'];
    const stream = await context.createNewResumableStream('1', make);
    await say(...pieces);
    end();
    expect(await textOf(stream)).toBe(pieces.join(''));
  });

  it('stops a stream: its source is cancelled, and its readers come to its end', async () => {
    const context = open();
    const { make, say, calls } = source();
    const stream = await context.createNewResumableStream('1', make);
    await say('a');
    const reader = stream?.getReader();
    expect((await reader?.read())?.value).toBe('a');
    expect(await context.stop('1', 'by the user')).toBe(true);
    expect((await reader?.read())?.done).toBe(true);
    await expect.poll(() => calls.cancelled).toBe(1);
    expect(await context.stop('1')).toBe(false);
    expect(await context.hasExistingStream('1')).toBe('DONE');
  });

  it('tells its readers of a stream that is not whole', async () => {
    const context = open();
    const { make, say, fail } = source();
    const stream = await context.createNewResumableStream('1', make);
    await say('a');
    fail(new Error('the model is tired'));
    await expect(textOf(stream)).rejects.toMatchObject({ code: 'INTERRUPTED' });
  });

  it('refuses a stream of bytes', async () => {
    const errors: unknown[] = [];
    const context = createOurs({ runs: createRuns({ onError: (error) => void errors.push(error) }) });
    const bytes = () => new ReadableStream({ start: (given) => given.enqueue(new Uint8Array(1)) });
    const stream = await context.createNewResumableStream('1', bytes);
    await expect(textOf(stream)).rejects.toMatchObject({ code: 'INTERRUPTED' });
    expect(errors).toMatchObject([{ code: 'INVALID_OPTION', option: 'makeStream' }]);
  });

  it('gives waitUntil the streams that it makes, and no others', async () => {
    const waited: Promise<unknown>[] = [];
    const context = createOurs({ runs: createRuns(), waitUntil: (promise) => void waited.push(promise) });
    const { make, say, end } = source();
    const stream = await context.resumableStream('1', make);
    await context.resumableStream('1', make);
    await say('a');
    end();
    await textOf(stream);
    expect(await Promise.all(waited)).toMatchObject([{ status: 'ended', outcome: 'done' }]);
  });

  it.each<[string, object, string]>([
    ['no runs', {}, 'runs'],
    ['a client of Redis', { runs: createRuns(), publisher: {} }, 'publisher'],
    ['a prefix that is no text', { runs: createRuns(), keyPrefix: 1 }, 'keyPrefix'],
  ])('refuses %s', (_, options, option) => {
    expect(() => createOurs(options as never)).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION', option }),
    );
  });

  it('refuses what cannot be skipped, and what is no function', async () => {
    const context = open();
    const refused = { code: 'INVALID_OPTION' };
    await expect(context.resumeExistingStream('1', -1)).rejects.toMatchObject(refused);
    await expect(context.resumableStream('1', 'text' as never)).rejects.toMatchObject(refused);
  });
});

describe('Streams in SQLite', () => {
  const WORDS = Array.from({ length: 200 }, (_, n) => `word ${n} é 漢字 😀 `);
  let program: NodeProgram;
  let files: Awaited<ReturnType<typeof databaseFolder>>;
  beforeAll(async () => {
    program = await nodeProgram(new URL('./resumable-server.ts', import.meta.url));
    files = await databaseFolder();
  });
  afterAll(async () => {
    await program?.[Symbol.asyncDispose]();
    await files?.dispose();
  });

  it(`are read whole and once over connections cut at random bytes (seed ${runSeed})`, async () => {
    const random = seededRandom(runSeed);
    const store = createSqliteRunStore({ database: openSqlite(files.next()) });
    const context = createOurs({ runs: createRuns({ store }) });
    async function* words() {
      for (const word of WORDS) {
        yield word;
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
    }
    const whole = await context.createNewResumableStream('1', () => streamOf(words()));
    await using server = await serve(async (request, response) => {
      const skip = Number(new URL(request.url ?? '', 'http://x').searchParams.get('skip'));
      const stream = await context.resumeExistingStream('1', skip);
      if (!stream) return void response.writeHead(422).end();
      response.on('error', () => {});
      for await (const piece of stream) if (!response.write(piece) && response.destroyed) break;
      response.end();
    });
    await using proxy = await createCuttingProxy(server.port, () => 200 + Math.floor(random() * 1500));
    let read = '';
    for (let isWhole = false; !isWhole; ) {
      const { body } = await fetch(`${proxy.url}/?skip=${read.length}`);
      const decoder = new TextDecoder();
      try {
        for await (const bytes of body ?? []) read += decoder.decode(bytes, { stream: true });
        isWhole = true;
      } catch {
        if (proxy.cuts.length > 4) proxy.isCutting = false;
      }
    }
    expect(read).toBe(WORDS.join(''));
    expect(proxy.cuts.length).toBeGreaterThan(4);
    expect(await textOf(whole)).toBe(WORDS.join(''));
  });

  it('fail for their readers if the process that makes them is killed', async () => {
    const path = files.next();
    const maker = await program.start([path]);
    const store = createSqliteRunStore({ database: openSqlite(path) });
    const context = createOurs({ runs: createRuns({ store, lease: 1000, ...silent }) });
    const stream = await context.resumeExistingStream('1');
    let text = '';
    const reading = (async () => {
      for await (const piece of stream ?? []) text += piece;
    })();
    await expect.poll(() => text).toContain('5 ');
    const told = expect(reading).rejects.toMatchObject({ code: 'INTERRUPTED' });
    await maker.kill();
    await told;
    expect(text).toMatch(/^0 1 2 3 4 5 /);
    expect(await context.hasExistingStream('1')).toBe('DONE');
  });
});
