import { afterEach, describe, expect, it } from 'vitest';
import { createMemoryRunStore, createRuns } from '../../src/index';
import { createResumableStreamContext } from '../../src/resumable-stream/index';
import { changed } from '../helpers/changed-store';

const opened: AsyncDisposable[] = [];
afterEach(async () => {
  for (const one of opened.splice(0)) await one[Symbol.asyncDispose]();
});

function open() {
  const errors: unknown[] = [];
  const runs = createRuns({ onError: (error) => void errors.push(error) });
  opened.push(runs);
  return { errors, runs, streams: createResumableStreamContext({ runs }) };
}

/** A stream that gives what it is told to. */
function source() {
  let controller: ReadableStreamDefaultController<string> | undefined;
  const stream = new ReadableStream<string>({
    start: (given) => {
      controller = given;
    },
  });
  return {
    make: () => stream,
    give: (...pieces: string[]) => {
      for (const piece of pieces) controller?.enqueue(piece);
    },
    end: () => controller?.close(),
    fail: (error: unknown) => controller?.error(error),
  };
}

async function textOf(stream: ReadableStream<string> | null | undefined): Promise<string> {
  const pieces: string[] = [];
  for await (const piece of stream ?? []) pieces.push(piece);
  // No reader is woken for nothing.
  expect(pieces).not.toContain('');
  return pieces.join('');
}

describe('A text', () => {
  it.each([
    [0, 'one two three'],
    [3, ' two three'],
    [5, 'wo three'],
    [8, 'three'],
    [13, ''],
    [99, ''],
  ])('goes on behind %i characters, whatever its pieces are', async (skip, rest) => {
    const { streams, errors } = open();
    const { make, give, end } = source();
    give('one', ' ', 'two ');
    const first = textOf(await streams.resumableStream('1', make));
    const resumed = textOf(await streams.resumeExistingStream('1', skip));
    give('', 'three');
    end();
    expect(await resumed).toBe(rest);
    expect(await first).toBe('one two three');
    expect(await streams.resumeExistingStream('1')).toBeNull();
    expect(errors).toEqual([]);
  });

  it('that fails says that it is not whole', async () => {
    const { streams, errors } = open();
    const { make, give, fail } = source();
    give('one');
    const reading = textOf(await streams.resumableStream('1', make));
    const failure = new Error('the model is tired');
    fail(failure);
    await expect(reading).rejects.toMatchObject({
      code: 'INTERRUPTED',
      message: 'The stream is not whole: it is failed',
    });
    expect(errors).toEqual([failure]);
  });

  it.each<[string, (runs: ReturnType<typeof createRuns>) => Promise<void>]>([
    ['these runs are closed', (runs) => runs.close()],
    ['it is deleted', (runs) => runs.delete('resumable-stream/1')],
  ])('says that it goes on elsewhere if %s', async (_name, leave) => {
    const { streams, runs } = open();
    const { make, give } = source();
    give('one');
    const reader = (await streams.resumableStream('1', make))?.getReader();
    expect(await reader?.read()).toEqual({ done: false, value: 'one' });
    const next = reader?.read();
    const told = expect(next).rejects.toMatchObject({
      code: 'INTERRUPTED',
      message: 'The stream goes on elsewhere: these runs were closed, or it was deleted',
    });
    await leave(runs);
    await told;
  });

  it('ends for all that read it if it is stopped', async () => {
    const { streams, errors } = open();
    const { make, give } = source();
    give('one');
    const both = [await streams.resumableStream('1', make), await streams.resumeExistingStream('1')];
    const readers = both.map((stream) => stream?.getReader());
    for (const reader of readers) expect(await reader?.read()).toEqual({ done: false, value: 'one' });
    expect(await streams.hasExistingStream('1')).toBe(true);
    expect(await streams.stop('1')).toBe(true);
    for (const reader of readers) expect(await reader?.read()).toMatchObject({ done: true });
    expect(await streams.hasExistingStream('1')).toBe('DONE');
    expect(errors).toEqual([]);
  });
});

it('A text whose process is gone is not made anew in the middle: it is not whole, and onError is told why', async () => {
  const lease = 600_000;
  const memory = createMemoryRunStore();
  const gone = await memory.open('resumable-stream/1').claim({ lease, ttl: lease });
  let claims = 0;
  const store = changed(memory, (log) => ({
    claim: async (options) => {
      // The first is that of `start`, which finds the run taken.
      if (++claims === 2) await gone?.release();
      return log.claim(options);
    },
  }));
  const errors: unknown[] = [];
  const runs = createRuns({ store, onError: (error) => void errors.push(error) });
  opened.push(runs);
  const streams = createResumableStreamContext({ runs });
  const { make, give } = source();
  give('one');
  await expect(textOf(await streams.resumableStream('1', make))).rejects.toMatchObject({
    code: 'INTERRUPTED',
  });
  const message = 'The process that made the stream is gone, and it cannot go on here';
  expect(errors).toMatchObject([{ name: 'RunError', code: 'INTERRUPTED', message }]);
});

describe.each([-1, 1.5, Number.NaN, '1'])('A text is not given from behind %j characters', (skip) => {
  const refused = {
    code: 'INVALID_OPTION',
    option: 'skipCharacters',
    message: expect.stringContaining('expected a whole number of at least 0, got '),
  };
  it.each(['resumableStream', 'createNewResumableStream'] as const)(
    'by %s, which makes none',
    async (method) => {
      const { streams } = open();
      await expect(streams[method]('1', source().make, skip as number)).rejects.toMatchObject(refused);
      expect(await streams.hasExistingStream('1')).toBeNull();
    },
  );

  it('by resumeExistingStream, whether there is one or not', async () => {
    const { streams } = open();
    await expect(streams.resumeExistingStream('1', skip as number)).rejects.toMatchObject(refused);
    await streams.resumableStream('1', source().make);
    await expect(streams.resumeExistingStream('1', skip as number)).rejects.toMatchObject(refused);
  });
});
