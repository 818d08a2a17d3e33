import {
  checkOptions,
  codeOf,
  hasMethods,
  invalidOption,
  is,
  isString,
  type OptionRules,
  optional,
} from '@eventwire/options';
import { RunError } from '../errors';
import type { LoggedEvent } from '../log/event-log';
import { nameId, splitId } from '../named-id';
import { isRuns } from '../runs/is-runs';
import type { Runs } from '../runs/runs';
import { ProducedRun } from './produced-run';

export interface DurableStreamOptions {
  /**
   * Begins the names of the runs; the run's id follows. With a prefix for each user, an id is no way to the run
   * of another one.
   *
   * @default 'tanstack-ai/'
   */
  prefix?: string | undefined;
}

/** A request. Its URL is read, and its headers `X-Run-Id` and `Last-Event-ID`. */
export interface DurableRequest {
  readonly url: string;
  readonly headers: { get(name: string): string | null };
}

/** A run and a place in it, where there is no request. */
export interface DurableRun {
  readonly runId: string;
  /** The place to read on from; default: none, for the call that makes the stream. */
  readonly offset?: string | null | undefined;
}

/**
 * The `StreamDurability` of `@tanstack/ai`. An offset is an event's id, and tells its run.
 *
 * `Chunk` is what `read` gives: the `StreamChunk` of `@tanstack/ai`.
 */
export interface DurableStream<Chunk = never> {
  /** By which the run is found: that of the request or its offset, or else a random one. */
  readonly runId: string;
  /**
   * Aborted if the run is to stop, or is lost. Give it to `chat` and to the response, so that a stop reaches
   * the model.
   */
  readonly abortController: AbortController;
  /** The offset that the request asks for; null for the request that makes the stream. */
  resumeFrom(): string | null;
  /**
   * Stores chunks, and resolves with an offset for each. The first ones begin the run. A run whose process is
   * gone can be gone on with once its lease is over.
   *
   * @throws RunError `FENCED`, `ENDED`: the run has another producer, or has ended; `RUNS_CLOSED`, `STORE_FULL`;
   *   the store's error
   */
  append(chunks: readonly object[]): Promise<string[]>;
  /**
   * The chunks behind an offset (`'-1'`: all; `'now'`: those that come), until the run has ended. Ends early if
   * `signal` is aborted, the run is deleted, or these runs are closed: the client comes back.
   *
   * @throws RunError `MISSING`, `GAP` for an offset of another run, `INTERRUPTED` for a run that is not whole
   */
  read(
    offset: string,
    signal?: AbortSignal | undefined,
  ): AsyncGenerator<{ offset: string; chunk: Chunk }, void, undefined>;
  /** Ends the run that `append` has begun. Settles once it has ended. */
  close(): Promise<void>;
  /** All chunks that are stored by now, also while the run goes on; none for a run that does not exist. */
  snapshot(): Promise<{ offset: string; chunk: Chunk }[]>;
}

const RULES = { prefix: isString } satisfies OptionRules<DurableStreamOptions>;

const RUN_RULES = {
  runId: is('a run id, not empty', (value) => typeof value === 'string' && value !== ''),
  offset: optional(isString, null),
} satisfies OptionRules<DurableRun>;

/**
 * Keeps the chunks of one request of TanStack AI in a run. An id is no right to read a run: ask for that before,
 * or give each user a `prefix`.
 *
 * @param source the request, or the id of a run
 *
 * @example
 * const durability = runDurability(runs, request);
 * const { abortController } = durability;
 * const stream = chat({ adapter, messages, abortController });
 * return toServerSentEventsResponse(stream, { abortController, durability: { adapter: durability } });
 *
 * @throws TypeError `INVALID_OPTION`
 */
export function runDurability<Chunk = never>(
  runs: Runs,
  source: DurableRequest | DurableRun,
  options: DurableStreamOptions = {},
): DurableStream<Chunk> {
  if (!isRuns.accepts(runs)) throw invalidOption('runs', isRuns.expected, { value: runs });
  checkOptions(options, RULES);
  const { runId, offset: resumeOffset } = placeOf(source);
  const name = `${options.prefix ?? 'tanstack-ai/'}${runId}`;
  const produced = new ProducedRun(runs, name);

  const chunkOf = ({ id, event }: LoggedEvent) => ({
    offset: nameId(runId, id),
    chunk: JSON.parse(String(event.data)) as Chunk,
  });

  /** The id behind which to read; empty for the beginning. */
  async function idOf(offset: string): Promise<string> {
    if (offset === '-1') return '';
    if (offset === 'now') {
      const state = await runs.state(name);
      return state.status === 'missing' ? '' : state.lastId;
    }
    const place = splitId(offset);
    if (place?.name === runId && place.id !== '') return place.id;
    throw new RunError('GAP', 'The offset is not of this run: read it from the start');
  }

  return {
    runId,
    abortController: produced.abortController,
    resumeFrom: () => resumeOffset,
    async append(chunks) {
      const ids = await produced.write(chunks.map((chunk) => JSON.stringify(chunk)));
      return ids.map((id) => nameId(runId, id));
    },
    async *read(offset, signal) {
      const after = await idOf(offset);
      for await (const event of runs.read(name, { after, signal })) yield chunkOf(event);
      if (signal?.aborted) return;
      const state = await runs.state(name);
      if (state.status === 'ended' && (state.outcome === 'failed' || state.outcome === 'abandoned')) {
        throw new RunError('INTERRUPTED', `The stream is not whole: its run is ${state.outcome}`);
      }
    },
    close: () => produced.end(),
    async snapshot() {
      const stored = [];
      try {
        for await (const event of runs.read(name, { follow: false })) stored.push(chunkOf(event));
      } catch (error) {
        if (codeOf(error) !== 'MISSING') throw error;
      }
      return stored;
    },
  };
}

/** Of which run a source speaks, and from where it is to be read. */
function placeOf(source: DurableRequest | DurableRun): { runId: string; offset: string | null } {
  if (typeof source === 'object' && source !== null && 'headers' in source) {
    const { headers, url } = source;
    if (!hasMethods(headers, 'get') || !isString.accepts(url)) {
      throw invalidOption('source', 'a Request or { runId }', { value: source });
    }
    const offset = headers.get('last-event-id') || parameterOf(url, 'offset');
    const named = headers.get('x-run-id') || parameterOf(url, 'runId');
    return { runId: named || (offset && splitId(offset)?.name) || crypto.randomUUID(), offset };
  }
  checkOptions(source, RUN_RULES, { name: 'source' });
  if (source.runId === undefined) {
    throw invalidOption('runId', RUN_RULES.runId.expected, { value: source.runId });
  }
  return { runId: source.runId, offset: source.offset || null };
}

function parameterOf(url: string, name: string): string | null {
  const query = url.indexOf('?');
  if (query < 0) return null;
  return new URLSearchParams(url.slice(query).split('#', 1)[0]).get(name) || null;
}
