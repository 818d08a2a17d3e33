import { describe, expect, it } from 'vitest';
import { createChatRuns } from '../../src/ai-sdk/index';
import { createMemoryRunStore, createRuns, type RunStore, type Runs } from '../../src/index';
import { deferred, settled, stateOf } from '../helpers/helpers';
import { RunFollower } from '../runs/run-follower';

const start = { type: 'start', messageId: 'message 1' };
const delta = (text: string) => ({ type: 'text-delta', id: '1', delta: text });

function open(options: Parameters<typeof createRuns>[0] = {}) {
  const errors: unknown[] = [];
  const runs = createRuns({ onError: (error) => void errors.push(error), ...options });
  return { errors, runs, chats: createChatRuns(runs) };
}

async function read(body: AsyncIterable<string> | undefined, chunks: unknown[] = []): Promise<unknown[]> {
  for await (const chunk of body ?? []) chunks.push(chunk === '[DONE]' ? chunk : JSON.parse(chunk));
  return chunks;
}

/** Chunks, and then nothing until the signal is aborted. */
async function* until(signal: AbortSignal, ...chunks: object[]) {
  yield* chunks;
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve));
  throw signal.reason;
}

describe("A chat's answer", () => {
  it('has an end of its own, and a message id if its source gave none', async () => {
    const { chats } = open();
    const { started, done } = await chats.start('1', () => [{ type: 'start' }, delta('a')]);
    const chunks = await read(chats.follow(new RunFollower(), '1'));
    expect(chunks).toEqual([{ type: 'start', messageId: expect.any(String) }, delta('a'), '[DONE]']);
    expect(started).toBe(true);
    expect(await done).toMatchObject({ status: 'ended', outcome: 'done' });
  });

  it('may be a ReadableStream, or come later', async () => {
    const { chats } = open();
    const stream = new ReadableStream<object>({
      start(controller) {
        controller.enqueue(start);
        controller.close();
      },
    });
    await chats.start('1', async () => stream);
    expect(await read(chats.follow(new RunFollower(), '1'))).toEqual([start, '[DONE]']);
  });

  it('that throws tells the page without details, and onError the error', async () => {
    const { chats, errors } = open();
    const { done } = await chats.start('1', async function* () {
      yield start;
      throw new Error('the model is tired');
    });
    const end = { type: 'error', errorText: 'The answer was interrupted.' };
    expect(await read(chats.follow(new RunFollower(), '1'))).toEqual([start, end, '[DONE]']);
    expect(await done).toMatchObject({ outcome: 'failed' });
    expect(errors).toEqual([new Error('the model is tired')]);
  });

  it('that is stopped says so', async () => {
    const { chats, errors } = open();
    const { done } = await chats.start('1', ({ signal }) => until(signal, start, delta('a')));
    expect(await chats.stop('1', 'by the user')).toBe(true);
    const chunks = await read(chats.follow(new RunFollower(), '1'));
    expect(chunks.slice(-2)).toEqual([{ type: 'abort' }, '[DONE]']);
    expect(await done).toMatchObject({ outcome: 'stopped', reason: 'by the user' });
    expect(await chats.stop('1')).toBe(false);
    expect(errors).toEqual([]);
  });

  it('takes the place of the one before, which is stopped', async () => {
    const { chats, errors } = open();
    let aborted = false;
    await chats.start('1', async function* ({ signal }) {
      signal.addEventListener('abort', () => {
        aborted = true;
      });
      yield* until(signal, start);
    });
    const page = new RunFollower();
    const chunks: unknown[] = [];
    const reading = read(chats.follow(page, '1'), chunks);
    await expect.poll(() => chunks).toEqual([start]);
    await chats.start('1', () => [delta('second')]);
    expect(await reading).not.toContainEqual(delta('second'));
    expect(page.signal.aborted).toBe(true);
    await expect.poll(() => aborted).toBe(true);
    expect(await read(chats.follow(new RunFollower(), '1'))).toEqual([delta('second'), '[DONE]']);
    expect(errors).toEqual([]);
  });

  it('that another process began ends with an error once that process is gone', async () => {
    const store = createMemoryRunStore();
    const lost = open({ store, lease: 60 });
    const claim = await store.open('chat/1').claim({ lease: 60, ttl: 10_000 });
    await store.open('chat/1').append(JSON.stringify(start), { term: claim?.term });
    const chunks = await read(lost.chats.follow(new RunFollower(), '1'));
    expect(chunks).toEqual([start, { type: 'error', errorText: 'The answer was interrupted.' }, '[DONE]']);
  });

  it('cannot go on in the middle if its run is taken over', async () => {
    const lease = { lease: 200, ttl: 10_000 };
    const store = createMemoryRunStore();
    await store.open('chat/1').claim(lease);
    // Between `delete` and `start`, another process begins an answer, and dies.
    const losing: RunStore = {
      open(name) {
        const log = store.open(name);
        const remove = log.delete.bind(log);
        log.delete = async () => {
          await remove();
          await log.claim(lease);
        };
        return log;
      },
      [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
    };
    const second = open({ store: losing, lease: 60 });
    const chats = createChatRuns(second.runs, { errorText: 'Gone' });
    const { started, done } = await chats.start('1', () => [start]);
    expect(started).toBe(false);
    expect(await done).toMatchObject({ outcome: 'failed' });
    expect(second.errors).toMatchObject([{ code: 'INTERRUPTED' }]);
    const chunks = await read(chats.follow(new RunFollower(), '1'));
    expect(chunks).toEqual([{ type: 'error', errorText: 'Gone' }, '[DONE]']);
  });

  it.each<[string, (chats: ReturnType<typeof createChatRuns>, runs: Runs) => Promise<unknown>]>([
    ['takes its place', (chats) => chats.start('1', () => [delta('second')])],
    ['has deleted it', (_, runs) => runs.delete('chat/1')],
  ])('is cut, and not ended, if another process %s before a slow page has read it', async (_, replace) => {
    const store = createMemoryRunStore();
    const [here, there] = [open({ store }), open({ store })];
    // More than a page of the store.
    const { done } = await here.chats.start('1', () => Array.from({ length: 600 }, (_, n) => delta(`${n}`)));
    await done;
    const page = new RunFollower();
    const chunks: unknown[] = [];
    for await (const chunk of here.chats.follow(page, '1')) {
      if (chunks.length === 0) await replace(there.chats, there.runs);
      chunks.push(JSON.parse(chunk));
    }
    expect(chunks[0]).toEqual(delta('0'));
    expect(chunks).not.toContainEqual(delta('599'));
    expect(chunks).not.toContainEqual(delta('second'));
    expect([page.signal.aborted, page.ended]).toEqual([true, false]);
    expect([here.errors, there.errors]).toEqual([[], []]);
  });

  it('is no more read for a page that has left', async () => {
    const { chats } = open();
    const gate = deferred();
    const { done } = await chats.start('1', async function* () {
      yield start;
      await gate.promise;
    });
    const page = new RunFollower();
    const chunks: unknown[] = [];
    const reading = read(chats.follow(page, '1'), chunks);
    await expect.poll(() => chunks).toEqual([start]);
    page.close();
    expect(await stateOf(reading)).toBe('resolved');
    gate.resolve();
    await done;
    await settled();
    expect(chunks).toEqual([start]);
  });

  it('that does not exist is refused to a page that follows it, and nothing is cut', async () => {
    const { chats } = open();
    const page = new RunFollower();
    await expect(read(chats.follow(page, '1'))).rejects.toMatchObject({ code: 'MISSING' });
    expect(page.signal.aborted).toBe(false);
  });

  it('is cut, and not ended, if these runs are closed', async () => {
    const { chats, runs, errors } = open();
    await chats.start('1', ({ signal }) => until(signal, start));
    const page = new RunFollower();
    const reading = read(chats.follow(page, '1'));
    await new Promise((resolve) => setTimeout(resolve));
    await runs.close();
    expect(await reading).not.toContain('[DONE]');
    expect(page.signal.aborted).toBe(true);
    expect(page.ended).toBe(false);
    expect(errors).toEqual([]);
  });
});

describe('A page that resumes', () => {
  it('gets 204 if there is no answer, or it has ended', async () => {
    const { chats } = open();
    const early = new RunFollower();
    expect(await chats.resume(early, '1')).toBeUndefined();
    expect(early.response).toEqual({ status: 204 });
    const { done } = await chats.start('1', () => [start]);
    await done;
    const late = new RunFollower();
    expect(await chats.resume(late, '1')).toBeUndefined();
    expect(late.response).toEqual({ status: 204 });
  });

  it('gets an answer under way from its first chunk, and its head at once', async () => {
    const { chats } = open();
    await chats.start('1', ({ signal }) => until(signal, start, delta('a')));
    const page = new RunFollower();
    const body = await chats.resume(page, '1');
    expect(page.held).toBe(false);
    await chats.stop('1');
    expect((await read(body)).slice(0, 2)).toEqual([start, delta('a')]);
  });

  it('gets an answer that has ended if it is asked for', async () => {
    const { chats } = open();
    const { done } = await chats.start('1', () => [start]);
    await done;
    const body = await chats.resume(new RunFollower(), '1', { ended: true });
    expect(await read(body)).toEqual([start, '[DONE]']);
  });
});

describe('createChatRuns refuses', () => {
  const { chats, runs } = open();
  it.each<[string, () => unknown, string]>([
    ['what is no runs', () => createChatRuns({} as never), 'runs'],
    ['an unknown option', () => createChatRuns(runs, { error: 'x' } as object), 'error'],
    ['a prefix that is no text', () => createChatRuns(runs, { prefix: 1 as never }), 'prefix'],
  ])('%s', (_, call, option) => {
    expect(call).toThrow(expect.objectContaining({ code: 'INVALID_OPTION', option }));
  });

  it.each<[string, () => Promise<unknown>, string]>([
    ['an answer that is no function', () => chats.start('1', [] as never), 'answer'],
    ['a chat without an id', () => createChatRuns(runs, { prefix: '' }).start('', () => []), 'name'],
    [
      'an unknown option of resume',
      () => chats.resume(new RunFollower(), '1', { end: true } as object),
      'end',
    ],
  ])('%s', async (_, call, option) => {
    await expect(call()).rejects.toMatchObject({ code: 'INVALID_OPTION', option });
  });

  it('an answer that is no function, and shows what came', async () => {
    await expect(chats.start('1', 'hello' as never)).rejects.toThrow("expected a function, got 'hello'");
  });
});
