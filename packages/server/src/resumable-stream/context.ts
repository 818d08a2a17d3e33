import {
  checkOptions,
  invalidOption,
  isFunction,
  isInteger,
  isString,
  type OptionRules,
  optional,
} from '@eventwire/options';
import { isRuns } from '../runs/is-runs';
import type { Runs } from '../runs/runs';
import { readText, writeText } from './text-run';

export interface ResumableStreamContextOptions {
  /** Where the streams are kept. */
  runs: Runs;
  /**
   * Begins the names of the runs; a slash and the stream's id follow.
   *
   * @default 'resumable-stream'
   */
  keyPrefix?: string | undefined;
  /**
   * Keeps a serverless function alive: given the promise of each stream that this process makes, which never
   * rejects. `null` or none: nothing is needed.
   */
  waitUntil?: ((promise: Promise<unknown>) => void) | null | undefined;
}

/**
 * The interface of the package `resumable-stream`. A stream's id is no right to read it: ask for that before.
 *
 * A stream that cannot be whole, because its source failed or its process is gone, fails with RunError
 * `INTERRUPTED` for all that read it.
 */
export interface ResumableStreamContext {
  /**
   * The stream of this id, made by `makeStream` unless it is there: of any number of calls at once, in any
   * number of processes, one makes it. `null` if it has ended.
   *
   * @param skipCharacters UTF-16 units at the beginning that are left out; default 0
   * @throws TypeError `INVALID_OPTION`; RunError `RUNS_CLOSED`, `STORE_FULL`; the store's error
   */
  resumableStream(
    streamId: string,
    makeStream: () => ReadableStream<string>,
    skipCharacters?: number | undefined,
  ): Promise<ReadableStream<string> | null>;
  /** The same, but a stream that has ended is made anew. */
  createNewResumableStream(
    streamId: string,
    makeStream: () => ReadableStream<string>,
    skipCharacters?: number | undefined,
  ): Promise<ReadableStream<string> | null>;
  /** The stream of this id. `undefined` if there is none, `null` if it has ended. */
  resumeExistingStream(
    streamId: string,
    skipCharacters?: number | undefined,
  ): Promise<ReadableStream<string> | null | undefined>;
  /** `null` if there is no stream of this id, `'DONE'` if it has ended. */
  hasExistingStream(streamId: string): Promise<null | true | 'DONE'>;
  /**
   * Stops a stream, in whichever process it is made: its source is cancelled, and all its readers come to its
   * end. Resolves with whether it was running.
   */
  stop(streamId: string, reason?: string | undefined): Promise<boolean>;
}

const RULES = {
  runs: isRuns,
  keyPrefix: isString,
  waitUntil: optional(isFunction, null),
} satisfies OptionRules<ResumableStreamContextOptions>;

const REDIS = 'runs: createRuns({ store: createRedisRunStore({ client }) })';
const HINTS = { publisher: REDIS, subscriber: REDIS };

const isCount = isInteger(0);

/**
 * A context with the methods of `resumable-stream`, on runs: each text is stored before it is read, one
 * process makes it, and it can be stopped.
 *
 * @example
 * const streams = createResumableStreamContext({ runs: createRuns({ store }), waitUntil: after });
 * const stream = await streams.resumableStream(id, () => result.textStream);
 *
 * @throws TypeError `INVALID_OPTION`
 */
export function createResumableStreamContext(options: ResumableStreamContextOptions): ResumableStreamContext {
  checkOptions(options, RULES, { hints: HINTS });
  const { runs, keyPrefix = 'resumable-stream', waitUntil } = options;
  if (runs === undefined) throw invalidOption('runs', RULES.runs.expected, { value: runs });
  const nameOf = (streamId: string) => `${keyPrefix}/${streamId}`;

  async function make(
    streamId: string,
    makeStream: () => ReadableStream<string>,
    skipCharacters: number,
  ): Promise<ReadableStream<string> | null> {
    if (!isFunction.accepts(makeStream))
      throw invalidOption('makeStream', isFunction.expected, { value: makeStream });
    checkSkip(skipCharacters);
    const name = nameOf(streamId);
    const { started, done } = await runs.start(name, (run) => writeText(run, makeStream));
    if (started) waitUntil?.(done);
    else if ((await runs.state(name)).status === 'ended') return null;
    return readText(runs, name, skipCharacters);
  }

  return {
    resumableStream: (streamId, makeStream, skipCharacters = 0) => make(streamId, makeStream, skipCharacters),
    async createNewResumableStream(streamId, makeStream, skipCharacters = 0) {
      const name = nameOf(streamId);
      if ((await runs.state(name)).status === 'ended') await runs.delete(name);
      return make(streamId, makeStream, skipCharacters);
    },
    async resumeExistingStream(streamId, skipCharacters = 0) {
      checkSkip(skipCharacters);
      const { status } = await runs.state(nameOf(streamId));
      if (status === 'missing') return undefined;
      return status === 'ended' ? null : readText(runs, nameOf(streamId), skipCharacters);
    },
    async hasExistingStream(streamId) {
      const { status } = await runs.state(nameOf(streamId));
      if (status === 'missing') return null;
      return status === 'ended' ? 'DONE' : true;
    },
    stop: (streamId, reason) => runs.stop(nameOf(streamId), reason),
  };
}

function checkSkip(skipCharacters: number): void {
  if (!isCount.accepts(skipCharacters)) {
    throw invalidOption('skipCharacters', isCount.expected, { value: skipCharacters });
  }
}
