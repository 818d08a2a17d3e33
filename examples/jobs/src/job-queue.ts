import { randomUUID } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import type { Job, JobEvents, JobSettings } from './job';
import type { WorkerInput, WorkerMessage } from './worker';

type Publish = <Type extends keyof JobEvents>(type: Type, data: JobEvents[Type]) => void;

export interface JobQueueOptions {
  /** The folder that jobs' folders are relative to. */
  readonly root: string;
  readonly publish: Publish;
  /** The worker's script. */
  readonly worker: URL;
  /** How many jobs run at once (default 2). */
  readonly maxRunning?: number | undefined;
  /** How many more may wait for a worker (default 10). */
  readonly maxQueued?: number | undefined;
}

/** No job is accepted until one of those that wait has begun. */
export class QueueFullError extends Error {
  constructor(maxQueued: number) {
    super(`${maxQueued} jobs are waiting already; start this one again when one of them has begun`);
  }
}

/** Runs each job in a worker thread of its own, a few at a time, and says through `publish` what becomes of it. */
export class JobQueue {
  readonly #options: JobQueueOptions;
  readonly #maxRunning: number;
  readonly #maxQueued: number;
  readonly #queued: Job[] = [];
  readonly #workers = new Set<Worker>();
  #closed = false;

  constructor(options: JobQueueOptions) {
    this.#options = options;
    this.#maxRunning = options.maxRunning ?? 2;
    this.#maxQueued = options.maxQueued ?? 10;
  }

  /** Throws a QueueFullError where too many wait. */
  add(settings: JobSettings): Job {
    const job: Job = { id: randomUUID().slice(0, 8), ...settings, status: 'queued' };
    if (this.#workers.size < this.#maxRunning) return this.#run(job);
    if (this.#queued.length >= this.#maxQueued) throw new QueueFullError(this.#maxQueued);
    this.#queued.push(job);
    this.#options.publish('job.queued', job);
    return job;
  }

  /** Stops every worker where it is and tells nobody: who follows the stream comes back to the next server. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#queued.length = 0;
    await Promise.all([...this.#workers].map((worker) => worker.terminate()));
  }

  #run(job: Job): Job {
    const { root, publish } = this.#options;
    const { folder, compression, level, pace } = job;
    const input: WorkerInput = { root, settings: { folder, compression, level, pace } };
    const worker = new Worker(this.#options.worker, { workerData: input });
    const running: Job = { ...job, status: 'running' };
    this.#workers.add(worker);
    publish('job.started', running);

    // The first of these decides; whatever a worker does after its end is not the job's any more.
    let over = false;
    const end = (tell: () => void) => {
      if (over || this.#closed) return;
      over = true;
      tell();
    };
    const failed = (reason: string) => end(() => publish('job.failed', { id: job.id, reason }));

    worker.on('message', (message: WorkerMessage) => {
      if (over || this.#closed) return;
      if (message.type === 'progress') publish('job.progress', { id: job.id, ...message.progress });
      else end(() => publish('job.finished', { id: job.id, result: message.result }));
    });
    worker.on('error', (error: unknown) => failed(error instanceof Error ? error.message : String(error)));
    worker.on('exit', (code) => {
      failed(`the worker stopped with code ${code} before it had a result`);
      this.#workers.delete(worker);
      const next = this.#closed ? undefined : this.#queued.shift();
      if (next !== undefined) this.#run(next);
    });
    return running;
  }
}
