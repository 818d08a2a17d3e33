import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { compressFile } from './compress';
import { listFiles } from './folder';
import type { JobProgress, JobResult, JobSettings } from './job';

export interface WorkerInput {
  readonly root: string;
  readonly settings: JobSettings;
}

export type WorkerMessage =
  | { readonly type: 'progress'; readonly progress: JobProgress }
  | { readonly type: 'finished'; readonly result: JobResult };

const maxFiles = 20_000;
/** With the default pace of 150 ms a job takes at least 6 s. */
const maxSteps = 40;

/** One job from its first file to its result, reported step by step. */
async function work(
  { root, settings }: WorkerInput,
  report: (message: WorkerMessage) => void,
): Promise<void> {
  const began = performance.now();
  const folder = join(root, settings.folder);
  const files = await listFiles(folder, maxFiles);
  const steps = Math.min(files.length, maxSteps);
  const digest = createHash('sha256');
  let bytesIn = 0;
  let bytesOut = 0;
  let skipped = 0;

  for (let step = 1; step <= steps; step++) {
    const stepBegan = performance.now();
    // Steps differ by one file at most.
    const from = Math.floor(((step - 1) * files.length) / steps);
    const to = Math.floor((step * files.length) / steps);
    for (const file of files.slice(from, to)) {
      try {
        const done = await compressFile(join(folder, file), settings);
        bytesIn += done.bytesIn;
        bytesOut += done.bytesOut;
        digest.update(`${done.sha256}  ${file}\n`);
      } catch (error) {
        if (!vanished(error)) throw error;
        skipped++;
      }
    }
    const pause = settings.pace - (performance.now() - stepBegan);
    if (pause > 0) await sleep(pause);
    report({
      type: 'progress',
      progress: {
        step,
        steps,
        doneFiles: to,
        totalFiles: files.length,
        bytesIn,
        bytesOut,
        file: files[to - 1] ?? '',
        percent: Math.floor((to * 100) / files.length),
      },
    });
  }

  report({
    type: 'finished',
    result: {
      files: files.length - skipped,
      skipped,
      bytesIn,
      bytesOut,
      ratio: bytesIn === 0 ? 1 : bytesOut / bytesIn,
      digest: digest.digest('hex'),
      duration: Math.round(performance.now() - began),
    },
  });
}

/** People go on working in their repository while a job reads it; anything else is a failure of the job. */
const vanished = (error: unknown): boolean =>
  error instanceof Error &&
  'code' in error &&
  ['ENOENT', 'EACCES', 'EPERM', 'ELOOP', 'EISDIR', 'ENOTDIR'].includes(String(error.code));

// A rejection here becomes the worker's `error` event, and so the job's `job.failed`.
await work(workerData as WorkerInput, (message) => parentPort?.postMessage(message));
