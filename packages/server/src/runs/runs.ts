import { checkRunName } from '@eventwire/options';
import { type ChannelCloseOptions, checkCloseOptions } from '../channel/channel-options';
import { closeSubscribers } from '../channel/close';
import { RunError } from '../errors';
import type { LoggedEvent } from '../log/event-log';
import {
  refuseFollowed,
  type SubscribableStream,
  type Subscriber,
  type Subscription,
  subscriberOf,
} from '../stream/subscriber';
import { followRun } from './follow-run';
import { Producer, type Work } from './producer';
import { readLive, readStored } from './read-run';
import {
  checkFollowOptions,
  checkReadRunOptions,
  checkStartOptions,
  type FollowOptions,
  type ReadRunOptions,
  type ResolvedRunsOptions,
  type RunsOptions,
  resolveRunsOptions,
  type StartOptions,
} from './run-options';
import { RunReaders } from './run-readers';
import type { RunLog, RunState } from './run-store';
import { standBy } from './stand-by';

/** Named work that goes on while nobody listens, each with one producer, an end and an expiry. */
export interface Runs extends AsyncDisposable {
  /**
   * Begins the work, unless it runs or has ended, in whichever process. Resolves once the run exists. Of any
   * number of calls at once, one begins it. The others stand by: if the producer's process dies, one of them
   * takes the run over, with its own work and an `attempt` that is one higher.
   *
   * `done` resolves with the run's last state. It never rejects.
   *
   * @example
   * const { started } = await runs.start(`answer/${id}`, ({ signal }) => tokens(prompt, signal));
   *
   * @throws TypeError `INVALID_OPTION`; RunError `RUNS_CLOSED`, `STORE_FULL`; the store's error
   */
  start(
    name: string,
    work: Work,
    options?: StartOptions | undefined,
  ): Promise<{ started: boolean; done: Promise<RunState> }>;
  /**
   * Writes a run to a subscriber: from the event behind its id, or from the first, to the end, which closes
   * the stream. A client that has the end already gets 204, and a client of a run that does not exist 404.
   * The name is no right to read the run: ask for that before.
   *
   * @example
   * app.get('/answers/:id', eventStreamHandler((stream, req) => runs.follow(stream, `answer/${req.params.id}`)));
   *
   * @throws TypeError `INVALID_OPTION`
   */
  follow(
    stream: SubscribableStream | Subscriber,
    name: string,
    options?: FollowOptions | undefined,
  ): Subscription;
  /**
   * The events of a run, from the first or behind an id, to its end, without the end itself. Ends early if the
   * run is deleted, or `signal` is aborted. With `follow: false` it ends at what is stored by now.
   *
   * @example
   * for await (const { id, event } of runs.read(name, { after, follow: false })) show(id, event.data);
   *
   * @throws TypeError `INVALID_OPTION`; while it is read, RunError `MISSING`, and `GAP` for an id of another run
   */
  read(name: string, options?: ReadRunOptions | undefined): AsyncIterable<LoggedEvent>;
  /**
   * Asks a run to stop, in whichever process it runs: its work's signal is aborted, and it ends as `stopped`.
   * Resolves with whether it was running.
   */
  stop(name: string, reason?: string | undefined): Promise<boolean>;
  /** All that is known of a run. */
  state(name: string): Promise<RunState>;
  /**
   * Removes a run and its events. If its work is under way, it is told so. Followers are closed, and then get
   * 404.
   */
  delete(name: string): Promise<void>;
  /**
   * Ends this process's part: the signal of all work is aborted and its runs are given up, to be taken over
   * elsewhere; followers are closed, and come back; `start` is refused from then on. A store that was given
   * stays open.
   *
   * @throws TypeError `INVALID_OPTION`
   */
  close(options?: ChannelCloseOptions | undefined): Promise<void>;
}

/**
 * Runs, in a memory store unless another one is given.
 *
 * @example
 * const runs = createRuns({ store: createSqliteRunStore({ database: 'runs.db' }) });
 * app.post('/answers/:id', async (req, res) => {
 *   await runs.start(req.params.id, ({ signal }) => answer(req.body.prompt, signal));
 *   res.sendStatus(202);
 * });
 * app.get('/answers/:id', eventStreamHandler((stream, req) => runs.follow(stream, req.params.id)));
 *
 * @throws TypeError `INVALID_OPTION`
 */
export function createRuns(options: RunsOptions = {}): Runs {
  return new StoredRuns(resolveRunsOptions(options));
}

class StoredRuns implements Runs {
  readonly #options: ResolvedRunsOptions;
  readonly #producers = new Set<Producer>();
  readonly #readers = new Map<string, RunReaders>();
  /** Told once these runs are closed. An AbortSignal with so many listeners would take itself for a leak. */
  readonly #onClose = new Set<() => void>();
  #closeOptions: ChannelCloseOptions | undefined;
  #closed: Promise<void> | undefined;

  constructor(options: ResolvedRunsOptions) {
    this.#options = options;
  }

  async start(name: string, work: Work, options: StartOptions = {}) {
    checkStartOptions(options);
    this.#refuseClosed();
    const log = this.#open(name);
    const { ttl = this.#options.ttl } = options;
    const begin = async () => {
      const claim = await log.claim({ lease: this.#options.lease, ttl });
      if (!claim) return undefined;
      if (!this.#closeOptions) return this.#produce(new Producer(log, claim, work, this.#options));
      await claim.release();
      throw closed();
    };
    const producer = await begin();
    const done = this.#done(log, producer, begin);
    this.#options.waitUntil(done);
    return { started: producer !== undefined, done };
  }

  follow(stream: SubscribableStream | Subscriber, name: string, options: FollowOptions = {}): Subscription {
    const subscriber = subscriberOf(stream);
    refuseFollowed(subscriber);
    checkFollowOptions(options);
    const { report, snapshot } = this.#options;
    const log = this.#open(name);
    const readers = () => this.#readersOf(name, log);
    return followRun({
      subscriber,
      log,
      options,
      snapshot,
      report,
      readers,
      closeOptions: () => this.#closeOptions,
    });
  }

  read(name: string, options: ReadRunOptions = {}): AsyncIterable<LoggedEvent> {
    checkReadRunOptions(options);
    const log = this.#open(name);
    return options.follow === false
      ? readStored(log, options.after, options.signal)
      : this.#read(name, log, options);
  }

  async stop(name: string, reason?: string | undefined): Promise<boolean> {
    return this.#open(name).requestStop(reason);
  }

  async state(name: string): Promise<RunState> {
    return this.#open(name).state();
  }

  async delete(name: string): Promise<void> {
    await this.#open(name).delete();
    this.#readers.get(name)?.gone();
  }

  close(options: ChannelCloseOptions = {}): Promise<void> {
    checkCloseOptions(options);
    this.#closeOptions ??= options;
    this.#closed ??= this.#close(options);
    return this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #produce(producer: Producer): Producer {
    const { meter } = this.#options;
    this.#producers.add(producer);
    meter('started', 1);
    meter('running', 1);
    void producer.done.then((state) => {
      this.#producers.delete(producer);
      meter('running', -1);
      if (state?.status === 'ended') meter(state.outcome, 1);
    });
    return producer;
  }

  /** The last state, whoever produces it. */
  async #done(
    log: RunLog,
    first: Producer | undefined,
    begin: () => Promise<Producer | undefined>,
  ): Promise<RunState> {
    const { lease, report } = this.#options;
    const closing = { isClosed: () => this.#closeOptions !== undefined, listeners: this.#onClose };
    let producer = first;
    for (;;) {
      const ended = producer && (await producer.done);
      if (ended) return ended;
      const next = await standBy({ log, begin, lease, report, closing });
      if (next instanceof Producer) producer = next;
      else return next;
    }
  }

  async *#read(
    name: string,
    log: RunLog,
    { after = '', signal }: ReadRunOptions,
  ): AsyncGenerator<LoggedEvent, void, undefined> {
    const abort = new AbortController();
    const stop = () => abort.abort();
    if (signal?.aborted || this.#closeOptions) return;
    signal?.addEventListener('abort', stop, { once: true });
    this.#onClose.add(stop);
    const leave = this.#readersOf(name, log).join(stop);
    try {
      yield* readLive(log, after, abort.signal);
    } finally {
      signal?.removeEventListener('abort', stop);
      this.#onClose.delete(stop);
      leave();
    }
  }

  #readersOf(name: string, log: RunLog): RunReaders {
    const known = this.#readers.get(name);
    if (known) return known;
    const { lease, report, meter } = this.#options;
    const readers = new RunReaders(log, {
      lease,
      report,
      meter,
      empty: () => {
        if (this.#readers.get(name) === readers) this.#readers.delete(name);
      },
    });
    this.#readers.set(name, readers);
    return readers;
  }

  async #close(options: ChannelCloseOptions): Promise<void> {
    for (const tell of [...this.#onClose]) tell();
    const producers = [...this.#producers];
    for (const producer of producers) producer.close();
    const subscriptions = [...this.#readers.values()].flatMap((readers) => [...readers.subscriptions]);
    await Promise.all([
      closeSubscribers(subscriptions, options, this.#options.report),
      ...producers.map((producer) => producer.done),
    ]);
    if (this.#options.ownsStore) await this.#options.store[Symbol.asyncDispose]();
  }

  #open(name: string): RunLog {
    checkRunName(name);
    return this.#options.store.open(name);
  }

  #refuseClosed(): void {
    if (this.#closeOptions) throw closed();
  }
}

function closed(): RunError {
  return new RunError('RUNS_CLOSED', 'The runs were closed: start nothing more');
}
