import {
  checkOptions,
  codeOf,
  invalidOption,
  isBoolean,
  isFunction,
  isString,
  type OptionRules,
} from '@eventwire/options';
import { type Chunks, chunksOf } from '../chunks';
import { RunError } from '../errors';
import { isRuns } from '../runs/is-runs';
import type { RunContext } from '../runs/producer';
import type { StartOptions } from '../runs/run-options';
import type { RunState } from '../runs/run-store';
import type { Runs } from '../runs/runs';
import { breakOff, type SubscribableStream, type Subscriber, subscriberOf } from '../stream/subscriber';
import { abortChunk, DONE, errorChunk } from './ui-message-stream';

/** Gives an answer's UI message chunks. `signal` is aborted if the answer is to stop: pass it to the model. */
export type ChatAnswer = (run: Pick<RunContext, 'signal'>) => Chunks<object> | PromiseLike<Chunks<object>>;

export interface ChatRunsOptions {
  /**
   * Begins the names of the runs; the chat's id follows.
   *
   * @default 'chat/'
   */
  prefix?: string | undefined;
  /**
   * Tells the page of an answer that cannot be whole, because it threw or its process died.
   *
   * @default 'The answer was interrupted.'
   */
  errorText?: string | undefined;
}

export interface ResumeOptions {
  /**
   * Whether an answer that has ended, and is still kept, is given too. A page that lost its connection then
   * misses nothing if the answer ends before it is back. Its messages need ids that are the same on the server
   * (`generateMessageId` of `toUIMessageStream`), or a page that has the answer already shows it twice.
   *
   * @default false
   */
  ended?: boolean | undefined;
}

/**
 * The answers of chats as runs, for `useChat` of the AI SDK. A chat has one answer at a time, under the chat's
 * id. The id is no right to read it: ask in each route whether this user may.
 */
export interface ChatRuns {
  /**
   * Begins the answer, which goes on while nobody listens. It takes the place of the chat's answer before; if
   * that one is not through, it is stopped. `done` resolves with the run's last state, and never rejects.
   *
   * @example
   * await chats.start(id, async ({ signal }) => {
   *   const { stream } = streamText({ model, messages, abortSignal: signal });
   *   return toUIMessageStream({ stream });
   * });
   *
   * @throws TypeError `INVALID_OPTION`; RunError `RUNS_CLOSED`, `STORE_FULL`; the store's error
   */
  start(
    chatId: string,
    answer: ChatAnswer,
    options?: StartOptions | undefined,
  ): Promise<{ started: boolean; done: Promise<RunState> }>;
  /**
   * The answer from its first chunk to its end: the body of the response to the POST that has started it.
   *
   * @example
   * return streamEvents(request, (stream) => chats.follow(stream, id), UI_MESSAGE_STREAM);
   */
  follow(stream: SubscribableStream | Subscriber, chatId: string): AsyncIterable<string>;
  /**
   * The answer under way, from its first chunk to its end, or 204 if there is none: the response to
   * `useChat`'s GET. To be called before the handler awaits anything, or after `stream.hold()`.
   *
   * @example
   * export const GET = eventStreamHandler((stream, req) => chats.resume(stream, idOf(req)), UI_MESSAGE_STREAM);
   */
  resume(
    stream: SubscribableStream | Subscriber,
    chatId: string,
    options?: ResumeOptions | undefined,
  ): Promise<AsyncIterable<string> | undefined>;
  /**
   * Stops the answer under way, in whichever process: its `signal` is aborted, and the chunks that it still
   * gives are its last. Resolves with whether there was one. `useChat`'s own `stop()` only closes the page's
   * connection.
   */
  stop(chatId: string, reason?: string | undefined): Promise<boolean>;
}

const RULES = { prefix: isString, errorText: isString } satisfies OptionRules<ChatRunsOptions>;
const RESUME_RULES = { ended: isBoolean } satisfies OptionRules<ResumeOptions>;

/**
 * The answers of chats, kept in these runs.
 *
 * @example
 * const chats = createChatRuns(createRuns({ store: createSqliteRunStore({ database: 'runs.db' }) }));
 *
 * @throws TypeError `INVALID_OPTION`
 */
export function createChatRuns(runs: Runs, options: ChatRunsOptions = {}): ChatRuns {
  if (!isRuns.accepts(runs)) throw invalidOption('runs', isRuns.expected, { value: runs });
  checkOptions(options, RULES);
  const { prefix = 'chat/', errorText = 'The answer was interrupted.' } = options;
  const nameOf = (chatId: string) => `${prefix}${chatId}`;
  return {
    async start(chatId, answer, startOptions) {
      if (!isFunction.accepts(answer)) throw invalidOption('answer', isFunction.expected, { value: answer });
      const name = nameOf(chatId);
      // Its work hears of a stop at once, and of the deletion when its lease is next extended.
      await runs.stop(name, 'Another answer takes its place');
      await runs.delete(name);
      return runs.start(name, (run) => write(run, answer, errorText), startOptions);
    },
    follow: (stream, chatId) => read(runs, nameOf(chatId), subscriberOf(stream), errorText),
    async resume(stream, chatId, resumeOptions = {}) {
      const subscriber = subscriberOf(stream);
      checkOptions(resumeOptions, RESUME_RULES);
      subscriber.hold?.();
      const { status } = await runs.state(nameOf(chatId));
      if (status === 'running' || (resumeOptions.ended && status === 'ended')) {
        subscriber.open?.();
        return read(runs, nameOf(chatId), subscriber, errorText);
      }
      // If the head has gone out, the end says the same.
      if (!subscriber.respond?.({ status: 204 })) subscriber.end();
      return undefined;
    },
    stop: (chatId, reason) => runs.stop(nameOf(chatId), reason),
  };
}

/** The work: the answer's chunks, and whatever happens, chunks that tell the page how it ended. */
async function write(
  { signal, attempt, write }: RunContext,
  answer: ChatAnswer,
  errorText: string,
): Promise<void> {
  try {
    if (attempt > 1) {
      throw new RunError('INTERRUPTED', 'The process that made the answer is gone, and a model begins anew');
    }
    for await (const chunk of chunksOf(await answer({ signal }))) await write(JSON.stringify(named(chunk)));
  } catch (error) {
    const isStopped = codeOf(signal.reason) === 'STOPPED';
    // If the run is lost, nothing can be written, and its error is not the one that counts.
    await write(isStopped ? abortChunk() : errorChunk(errorText)).catch(() => {});
    await write(DONE).catch(() => {});
    throw error;
  }
  await write(DONE);
}

/** A page that resumes an answer shows it in the message of this id, or else in another one. */
function named(chunk: object): object {
  const isNameless = 'type' in chunk && chunk.type === 'start' && !('messageId' in chunk && chunk.messageId);
  return isNameless ? { ...chunk, messageId: crypto.randomUUID() } : chunk;
}

async function* read(
  runs: Runs,
  name: string,
  subscriber: Subscriber,
  errorText: string,
): AsyncGenerator<string, void, undefined> {
  const { signal } = subscriber;
  let last = '';
  try {
    for await (const { event } of runs.read(name, { signal })) {
      last = String(event.data);
      yield last;
    }
  } catch (error) {
    // In the middle, another answer has taken its place.
    const isReplaced = last !== '' && (codeOf(error) === 'MISSING' || codeOf(error) === 'GAP');
    if (isReplaced) return breakOff(subscriber);
    throw error;
  }
  if (last === DONE || signal.aborted) return;
  const state = await runs.state(name);
  // The page comes back: these runs were closed, or another answer has taken its place.
  if (state.status !== 'ended') return breakOff(subscriber);
  yield state.outcome === 'stopped' ? abortChunk(state.reason) : errorChunk(errorText);
  yield DONE;
}
