import { invalidOption, show } from '@eventwire/options';
import { chunksOf } from '../chunks';
import { producerGone, RunError } from '../errors';
import type { RunContext } from '../runs/producer';
import type { Runs } from '../runs/runs';

/** The data of the last event of a whole text. Each one before it is a piece of text, as JSON. */
const WHOLE = 'null';

/** The work: the text's pieces, in events. After a stop, the source is cancelled, and the text ends there. */
export async function writeText(
  { signal, attempt, write }: RunContext,
  makeStream: () => ReadableStream<string>,
): Promise<void> {
  if (attempt > 1) throw producerGone();
  for await (const piece of chunksOf<unknown>(makeStream(), signal)) {
    if (typeof piece !== 'string') {
      const advice = 'a stream of strings: pipe bytes through a TextDecoderStream';
      throw invalidOption('makeStream', advice, { value: show(piece) });
    }
    // As JSON, since data has no place for a lone surrogate, and its line ends are not told apart.
    await write(JSON.stringify(piece));
  }
  await write(WHOLE);
}

/**
 * The text of a run, from its first character or behind some, to its end, as it comes. It fails with RunError
 * `INTERRUPTED` if the text is not whole. Its reader may leave: the run goes on.
 */
export function readText(runs: Runs, name: string, skipCharacters: number): ReadableStream<string> {
  const abort = new AbortController();
  const pieces = piecesOf(runs, name, skipCharacters, abort.signal);
  return new ReadableStream<string>({
    async pull(controller) {
      const { done, value } = await pieces.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: () => abort.abort(),
  });
}

async function* piecesOf(
  runs: Runs,
  name: string,
  skipCharacters: number,
  signal: AbortSignal,
): AsyncGenerator<string, void, undefined> {
  let skip = skipCharacters;
  for await (const { event } of runs.read(name, { signal })) {
    const piece: string | null = JSON.parse(String(event.data));
    if (piece === null) return;
    const rest = piece.slice(skip);
    skip = Math.max(0, skip - piece.length);
    if (rest !== '') yield rest;
  }
  if (signal.aborted) return;
  const state = await runs.state(name);
  if (state.status === 'ended' && state.outcome === 'stopped') return;
  if (state.status === 'ended') {
    throw new RunError('INTERRUPTED', `The stream is not whole: it is ${state.outcome}`);
  }
  throw new RunError(
    'INTERRUPTED',
    'The stream goes on elsewhere: these runs were closed, or it was deleted',
  );
}
