import { afterEach, describe, expect, it, vi } from 'vitest';
import { createMemoryRunStore, createRuns, type RunStore, type RunsOptions } from '../../src/index';
import { type DurableStream, runDurability } from '../../src/tanstack-ai/index';
import { settled } from '../helpers/helpers';

const opened: AsyncDisposable[] = [];
afterEach(async () => {
  for (const one of opened.splice(0)) await one[Symbol.asyncDispose]();
});

function open(store: RunStore = createMemoryRunStore(), options: RunsOptions = {}) {
  const runs = createRuns({ store, onError: () => {}, ...options });
  opened.push(runs);
  return runs;
}

interface Chunk {
  readonly n: number;
}

const chunksOf = (...numbers: number[]): Chunk[] => numbers.map((n) => ({ n }));

async function read(stream: DurableStream<Chunk>, offset: string, signal?: AbortSignal) {
  const numbers: number[] = [];
  for await (const { chunk } of stream.read(offset, signal)) numbers.push(chunk.n);
  return numbers;
}

const request = (path: string, headers: Record<string, string> = {}) =>
  new Request(`http://localhost${path}`, { headers });

describe('A stream', () => {
  it('is read from its start, behind an offset, and from now on, until it is closed', async () => {
    const runs = open();
    const stream = runDurability<Chunk>(runs, { runId: '1' });
    const reader = () => runDurability<Chunk>(runs, { runId: '1' });
    const [, second = ''] = await stream.append(chunksOf(1, 2));
    const reading = ['-1', second, 'now'].map((offset) => read(reader(), offset));
    await settled();
    const later = await stream.append(chunksOf(3, 4, 5));
    expect(later).toHaveLength(3);
    await stream.close();
    expect(await Promise.all(reading)).toEqual([
      [1, 2, 3, 4, 5],
      [3, 4, 5],
      [3, 4, 5],
    ]);
    expect(await read(reader(), later[1] ?? '')).toEqual([5]);
    expect(await read(reader(), 'now')).toEqual([]);
    expect(await runs.state('tanstack-ai/1')).toMatchObject({ status: 'ended', outcome: 'done' });
  });

  it('gives a snapshot while it goes on, and none of a run that does not exist', async () => {
    const stream = runDurability<Chunk>(open(), { runId: '1' });
    expect(await stream.snapshot()).toEqual([]);
    const offsets = await stream.append(chunksOf(1, 2));
    const snapshot = await stream.snapshot();
    expect(snapshot).toEqual([
      { offset: offsets[0], chunk: { n: 1 } },
      { offset: offsets[1], chunk: { n: 2 } },
    ]);
    await stream.append(chunksOf(3));
    expect(snapshot).toHaveLength(2);
    expect(await stream.snapshot()).toHaveLength(3);
  });

  it.each(['run 1', 'a.b', 'é 漢字 😀', '%2E', 'a/b?c'])(
    'has offsets that tell its run, and that a header can carry: %j',
    async (runId) => {
      const runs = open();
      const stream = runDurability<Chunk>(runs, { runId });
      const [first = ''] = await stream.append(chunksOf(1, 2));
      await stream.close();
      expect(first).toMatch(/^[!-~]+$/);
      const resumed = runDurability<Chunk>(runs, request('/', { 'last-event-id': first }));
      expect([resumed.runId, resumed.resumeFrom()]).toEqual([runId, first]);
      expect(await read(resumed, first)).toEqual([2]);
    },
  );

  it('is found by what a request says, its headers before its URL', () => {
    const runs = open();
    const of = (path: string, headers?: Record<string, string>) => {
      const { runId, resumeFrom } = runDurability(runs, request(path, headers));
      return [runId, resumeFrom()];
    };
    expect(of('/?runId=a&offset=-1')).toEqual(['a', '-1']);
    expect(of('/?runId=a&offset=-1', { 'x-run-id': 'b', 'last-event-id': 'b.1.2' })).toEqual(['b', 'b.1.2']);
    expect(of('/', { 'x-run-id': 'b' })).toEqual(['b', null]);
    expect(of('/?runId=&offset=#?offset=1')).toEqual([expect.stringMatching(/^[\da-f-]{36}$/), null]);
    expect(of('/')[0]).not.toBe(of('/')[0]);
  });

  it('is found without a request by the id of its run and a place in it, and by none at first', () => {
    const runs = open();
    const of = (offset?: string | null) => runDurability(runs, { runId: 'a', offset }).resumeFrom();
    expect(['a.1.2', '-1', '', null, undefined].map(of)).toEqual(['a.1.2', '-1', null, null, null]);
  });

  it('refuses an offset of another run, whatever the request says', async () => {
    const runs = open();
    const theirs = runDurability<Chunk>(runs, { runId: 'theirs' });
    const [secret = ''] = await theirs.append(chunksOf(1, 2));
    const [own = ''] = await runDurability(runs, { runId: 'mine' }).append(chunksOf(1));
    const headers = { 'x-run-id': 'mine', 'last-event-id': secret };
    const gap = { code: 'GAP' };
    await expect(read(runDurability(runs, request('/', headers)), secret)).rejects.toMatchObject(gap);
    const elsewhere = runDurability<Chunk>(runs, request('/', { 'last-event-id': secret }), {
      prefix: 'me/',
    });
    await expect(read(elsewhere, secret)).rejects.toMatchObject({ code: 'MISSING' });
    const again = runDurability<Chunk>(runs, { runId: 'mine' });
    for (const offset of ['', 'x', 'mine.', 'mine.x', 'mine.x.1', own.replace('mine', 'theirs')]) {
      await expect(read(again, offset)).rejects.toMatchObject(gap);
    }
  });

  it('has one producer, and is not begun anew', async () => {
    const store = createMemoryRunStore();
    const stream = runDurability<Chunk>(open(store), { runId: '1' });
    await stream.append(chunksOf(1));
    const second = runDurability<Chunk>(open(store), { runId: '1' });
    await expect(second.append(chunksOf(9))).rejects.toMatchObject({ code: 'FENCED' });
    await second.close();
    expect(await stream.append(chunksOf(2))).toHaveLength(1);
    await stream.close();
    const third = runDurability<Chunk>(open(store), { runId: '1' });
    await expect(third.append(chunksOf(9))).rejects.toMatchObject({ code: 'ENDED' });
    await expect(stream.append(chunksOf(3))).rejects.toMatchObject({ code: 'ENDED' });
    expect(await read(third, '-1')).toEqual([1, 2]);
  });

  it('goes on in another process behind what is stored, if its own is gone', async () => {
    const store = createMemoryRunStore();
    const first = open(store);
    const stream = runDurability<Chunk>(first, { runId: '1' });
    await stream.append(chunksOf(1));
    // As if it were gone: its claim is given up without an end.
    await first.close();
    await expect(stream.append(chunksOf(2))).rejects.toMatchObject({ code: 'ENDED' });
    expect(stream.abortController.signal.reason).toMatchObject({ code: 'RUNS_CLOSED' });
    const next = runDurability<Chunk>(open(store), { runId: '1' });
    expect(await next.snapshot()).toHaveLength(1);
    await next.append(chunksOf(2));
    await next.close();
    expect(await read(next, '-1')).toEqual([1, 2]);
  });

  it('fails for its readers if its process is gone, and another one only stood by', async () => {
    const store = createMemoryRunStore();
    const first = open(store);
    await runDurability(first, { runId: '1' }).append(chunksOf(1));
    const second = open(store, { lease: 50 });
    const refused = runDurability<Chunk>(second, { runId: '1' });
    await expect(refused.append(chunksOf(9))).rejects.toMatchObject({ code: 'FENCED' });
    const reading = read(refused, '-1');
    const told = expect(reading).rejects.toMatchObject({ code: 'INTERRUPTED' });
    await first.close();
    await told;
    expect(await refused.snapshot()).toHaveLength(1);
  });

  it('tells the model of a stop, and takes its last words', async () => {
    const runs = open();
    const stream = runDurability<Chunk>(runs, { runId: '1' });
    await stream.append(chunksOf(1));
    expect(stream.abortController.signal.aborted).toBe(false);
    expect(await runs.stop('tanstack-ai/1')).toBe(true);
    await vi.waitUntil(() => stream.abortController.signal.aborted);
    await stream.append(chunksOf(2));
    await stream.close();
    expect(await read(stream, '-1')).toEqual([1, 2]);
    expect(await runs.state('tanstack-ai/1')).toMatchObject({ outcome: 'stopped' });
  });

  it('does not hang if its run is stopped before its first chunk', async () => {
    const store = createMemoryRunStore();
    const runs = open(store);
    const stream = runDurability<Chunk>(runs, { runId: '1' });
    const appended = stream.append(chunksOf(1));
    await runs.close();
    await expect(appended).rejects.toMatchObject({ code: expect.stringMatching(/^(ENDED|RUNS_CLOSED)$/) });
    await stream.close();
  });

  it('ends early for a reader that leaves, and for all if the runs are closed', async () => {
    const store = createMemoryRunStore();
    const [producing, reading] = [open(store), open(store)];
    const stream = runDurability<Chunk>(producing, { runId: '1' });
    await stream.append(chunksOf(1));
    const abort = new AbortController();
    const readers = [abort.signal, undefined].map((signal) =>
      read(runDurability<Chunk>(reading, { runId: '1' }), '-1', signal),
    );
    await settled();
    abort.abort();
    expect(await readers[0]).toEqual([1]);
    await reading.close();
    expect(await readers[1]).toEqual([1]);
    expect(await stream.append(chunksOf(2))).toHaveLength(1);
  });

  it('stores all chunks of an append or none', async () => {
    const stream = runDurability<Chunk>(open(), { runId: '1' });
    await expect(stream.append([{ n: 1 }, { n: 2n }])).rejects.toThrow(TypeError);
    expect(await stream.snapshot()).toEqual([]);
  });

  it('that was never begun is closed without a run', async () => {
    const runs = open();
    await runDurability(runs, { runId: '1' }).close();
    expect(await runs.state('tanstack-ai/1')).toEqual({ status: 'missing' });
    const reading = read(runDurability(runs, { runId: '1' }), '-1');
    await expect(reading).rejects.toMatchObject({ code: 'MISSING' });
  });
});

describe('runDurability', () => {
  const runs = createRuns();
  it.each<[string, unknown[], string]>([
    ['no runs', [{}, { runId: '1' }], 'runs'],
    ['no request', [runs, null], 'source'],
    ["a request of node's", [runs, { url: '/', headers: {} }], 'source'],
    ['an empty id', [runs, { runId: '' }], 'runId'],
    ['no id', [runs, {}], 'runId'],
    ['an offset that is no text', [runs, { runId: '1', offset: 1 }], 'offset'],
    ['a prefix that is no text', [runs, { runId: '1' }, { prefix: 1 }], 'prefix'],
    ['an unknown option', [runs, { runId: '1' }, { prefx: 'a' }], 'prefx'],
  ])('refuses %s', (_, given, option) => {
    expect(() => runDurability(...(given as Parameters<typeof runDurability>))).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION', option }),
    );
  });

  it('refuses an id that is no name of a run once it is used', async () => {
    const stream = runDurability<Chunk>(runs, request('/', { 'x-run-id': 'x'.repeat(600) }));
    const refused = { code: 'INVALID_OPTION', option: 'name' };
    await expect(stream.append(chunksOf(1))).rejects.toMatchObject(refused);
    await expect(stream.snapshot()).rejects.toMatchObject(refused);
    await expect(read(stream, '-1')).rejects.toMatchObject(refused);
    await stream.close();
  });
});
