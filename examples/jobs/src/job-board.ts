import { isOver, type Job, type JobEvents, type JobProgress, type JobResult, type JobStatus } from './job';

/** What an event changed, and whether it came in order. */
export interface Change {
  readonly job: Job;
  /** Progress steps of this job that should have come before this one and did not. */
  readonly missed: number;
  /** The event had been applied before. */
  readonly repeated: boolean;
}

type Data = { readonly [key: string]: unknown };

const none = { missed: 0, repeated: false };

/**
 * All jobs as the events tell them. The server keeps one to answer newcomers from, the page and the terminal keep one
 * to draw: three readers of the same events cannot disagree.
 */
export class JobBoard {
  readonly #jobs = new Map<string, Job>();
  readonly #maxOver: number;

  // A Map, not an object: event types come from the wire, and an object has a `constructor`.
  readonly #appliers = new Map<string, (data: Data) => Change | undefined>([
    ['job.state', (data) => this.#put(data)],
    ['job.queued', (data) => this.#begin(data, [])],
    ['job.started', (data) => this.#begin(data, ['queued'])],
    ['job.progress', (data) => this.#progress(data)],
    ['job.finished', ({ id, result }) => this.#end(id, { status: 'finished', result: result as JobResult })],
    ['job.failed', ({ id, reason }) => this.#end(id, { status: 'failed', reason: String(reason) })],
  ]);

  /** `maxOver` bounds the jobs that are finished or failed (default 50); the oldest go first. */
  constructor({ maxOver = 50 }: { maxOver?: number | undefined } = {}) {
    this.#maxOver = maxOver;
  }

  get size(): number {
    return this.#jobs.size;
  }

  /** In the order in which they were accepted. */
  all(): Job[] {
    return [...this.#jobs.values()];
  }

  get(id: string): Job | undefined {
    return this.#jobs.get(id);
  }

  clear(): void {
    this.#jobs.clear();
  }

  apply<Type extends keyof JobEvents>(type: Type, data: JobEvents[Type]): Change | undefined {
    return this.applyUnknown(type, data);
  }

  /** The same for what came from the wire: types that are not of jobs, and data that does not fit, change nothing. */
  applyUnknown(type: string, data: unknown): Change | undefined {
    if (typeof data !== 'object' || data === null || !('id' in data) || typeof data.id !== 'string') {
      return undefined;
    }
    return this.#appliers.get(type)?.(data as Data);
  }

  #put(data: Data): Change {
    const job = data as unknown as Job;
    this.#jobs.set(job.id, job);
    this.#trim();
    return { job, ...none };
  }

  /** `after`: what a job that is known already may have been until now. */
  #begin(data: Data, after: readonly JobStatus[]): Change {
    const known = this.#jobs.get(String(data.id));
    if (known !== undefined && !after.includes(known.status))
      return { job: known, missed: 0, repeated: true };
    return this.#put(data);
  }

  #progress(data: Data): Change | undefined {
    const { id, ...rest } = data;
    const progress = rest as unknown as JobProgress;
    const job = this.#jobs.get(String(id));
    if (job === undefined) return undefined;
    const last = job.progress?.step ?? 0;
    // A newcomer's state may already hold what the stream tells next; going back would make the bar jump.
    if (isOver(job) || progress.step <= last) return { job, missed: 0, repeated: true };
    const next: Job = { ...job, status: 'running', progress };
    this.#jobs.set(job.id, next);
    return { job: next, missed: progress.step - last - 1, repeated: false };
  }

  #end(id: unknown, outcome: Pick<Job, 'status' | 'result' | 'reason'>): Change | undefined {
    const job = this.#jobs.get(String(id));
    if (job === undefined) return undefined;
    if (isOver(job)) return { job, missed: 0, repeated: true };
    const next: Job = { ...job, ...outcome };
    this.#jobs.set(job.id, next);
    this.#trim();
    const left = (job.progress?.steps ?? 0) - (job.progress?.step ?? 0);
    return { job: next, missed: outcome.status === 'finished' ? left : 0, repeated: false };
  }

  #trim(): void {
    const over = this.all().filter(isOver);
    for (const job of over.slice(0, Math.max(0, over.length - this.#maxOver))) this.#jobs.delete(job.id);
  }
}
