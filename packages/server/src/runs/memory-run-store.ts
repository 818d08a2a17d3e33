import type { EventInput } from '@eventwire/encoder';
import { checkOptions, checkRunName, isInteger, type OptionRules } from '@eventwire/options';
import { RunError } from '../errors';
import type { AppendOptions, LoggedEvent, LogPage, ReadOptions } from '../log/event-log';
import { MemoryRun } from './memory-run';
import type { Claim, ClaimOptions, RunLog, RunState, RunStore } from './run-store';

/** How much a memory store keeps. Runs that have ended make room for others, the first to end first. */
export interface MemoryRunStoreOptions {
  /**
   * Runs. If so many are running, another one is refused with the code `STORE_FULL`.
   *
   * @default 10_000
   */
  maxRuns?: number | undefined;
  /**
   * Bytes of memory, about, of the events of all runs together, counted as a memory log counts them. An event
   * for which no run can make room is refused with the code `STORE_FULL`, and its run fails.
   *
   * @default 64 MiB
   */
  maxBytes?: number | undefined;
}

const RULES = {
  maxRuns: isInteger(1),
  maxBytes: isInteger(1),
} satisfies OptionRules<MemoryRunStoreOptions>;

/**
 * Runs in this process's memory: they survive their readers, and are gone with the process.
 *
 * @example
 * const runs = createRuns({ store: createMemoryRunStore({ maxRuns: 1000 }) });
 *
 * @throws TypeError `INVALID_OPTION`
 */
export function createMemoryRunStore(options: MemoryRunStoreOptions = {}): RunStore {
  checkOptions(options, RULES);
  const { maxRuns = 10_000, maxBytes = 64 * 1024 * 1024 } = options;
  return new MemoryRunStore(maxRuns, maxBytes);
}

class MemoryRunStore implements RunStore {
  readonly #maxRuns: number;
  readonly #maxBytes: number;
  readonly #runs = new Map<string, MemoryRun>();
  /** Those of them that have ended, in the order of their ends. */
  readonly #ended = new Map<MemoryRun, string>();
  #bytes = 0;

  constructor(maxRuns: number, maxBytes: number) {
    this.#maxRuns = maxRuns;
    this.#maxBytes = maxBytes;
  }

  open(name: string): RunLog {
    checkRunName(name);
    return new MemoryRunLog(this, name);
  }

  /** The run as it is at this moment. */
  find(name: string): MemoryRun | undefined {
    const run = this.#runs.get(name);
    run?.settle();
    if (!run?.expired) return run;
    this.remove(name, run);
    return undefined;
  }

  create(name: string): MemoryRun {
    this.#removeExpired();
    if (this.#runs.size >= this.#maxRuns) this.#settleAll();
    if (this.#runs.size >= this.#maxRuns && !this.#removeFirstEnded()) {
      throw full(`${this.#maxRuns} runs are running (maxRuns)`);
    }
    const run = new MemoryRun({
      admit: (bytes) => this.#admit(bytes),
      ended: (ended) => this.#ended.set(ended, name),
    });
    this.#runs.set(name, run);
    return run;
  }

  remove(name: string, run: MemoryRun): void {
    run.abandonClaim();
    if (this.#runs.get(name) === run) this.#runs.delete(name);
    this.#ended.delete(run);
    this.#bytes -= run.bytes;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const [name, run] of this.#runs) this.remove(name, run);
  }

  #admit(bytes: number): void {
    if (this.#bytes + bytes > this.#maxBytes) this.#settleAll();
    while (this.#bytes + bytes > this.#maxBytes) {
      if (!this.#removeFirstEnded()) {
        throw full(`the events of the runs that are running take ${this.#bytes} bytes (maxBytes)`);
      }
    }
    this.#bytes += bytes;
  }

  #removeFirstEnded(): boolean {
    for (const [run, name] of this.#ended) {
      this.remove(name, run);
      return true;
    }
    return false;
  }

  /** The first to end is not always the first to expire; what is left here goes when it is asked for. */
  #removeExpired(): void {
    for (const [run, name] of this.#ended) {
      if (!run.expired) return;
      this.remove(name, run);
    }
  }

  #settleAll(): void {
    for (const name of this.#runs.keys()) this.find(name);
  }
}

class MemoryRunLog implements RunLog {
  readonly isLocal = true;
  readonly #store: MemoryRunStore;
  readonly #name: string;

  constructor(store: MemoryRunStore, name: string) {
    this.#store = store;
    this.#name = name;
  }

  append(event: EventInput, options: AppendOptions = {}): LoggedEvent {
    const run = this.#store.find(this.#name);
    if (run) return run.append(event, options);
    if (options.term === undefined) throw this.#missing();
    throw new RunError('FENCED', `The run ${JSON.stringify(this.#name)} was deleted: stop`);
  }

  lastId(): string {
    return this.#run.log.lastId();
  }

  compare(a: string, b: string): number {
    return this.#run.log.compare(a, b);
  }

  cursorBefore(id: string): string {
    return this.#run.log.cursorBefore(id);
  }

  locate(wireId: string): string | undefined {
    return this.#run.log.locate(wireId);
  }

  async read(after: string, options: ReadOptions): Promise<LogPage> {
    return this.#run.log.read(after, options);
  }

  async follow(after: string, listener: (batch: LogPage) => void, signal: AbortSignal): Promise<void> {
    return this.#run.log.follow(after, listener, signal);
  }

  async state(): Promise<RunState> {
    return this.#store.find(this.#name)?.state() ?? { status: 'missing' };
  }

  async claim(options: ClaimOptions): Promise<Claim | undefined> {
    const run = this.#store.find(this.#name) ?? this.#store.create(this.#name);
    return run.claim(options);
  }

  async requestStop(reason = ''): Promise<boolean> {
    return this.#store.find(this.#name)?.requestStop(reason) ?? false;
  }

  async delete(): Promise<void> {
    const run = this.#store.find(this.#name);
    if (run) this.#store.remove(this.#name, run);
  }

  get #run(): MemoryRun {
    const run = this.#store.find(this.#name);
    if (!run) throw this.#missing();
    return run;
  }

  #missing(): RunError {
    return new RunError('MISSING', `There is no run ${JSON.stringify(this.#name)}`);
  }
}

function full(why: string): RunError {
  return new RunError('STORE_FULL', `The store takes no more: ${why}. Raise the limit, or end runs`);
}
