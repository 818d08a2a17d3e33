// What the server, the page and the terminal agree on. Nothing here knows a runtime.

type Compression = 'gzip' | 'brotli';
export type JobStatus = 'queued' | 'running' | 'finished' | 'failed';

export interface JobSettings {
  /** Relative to the folder that the server works on, with forward slashes; `.` is all of it. */
  readonly folder: string;
  readonly compression: Compression;
  /** 0 to 9 for gzip, 0 to 11 for brotli. */
  readonly level: number;
  /** The least time that one step takes, in ms: hashing a small folder would be over before one sees it. */
  readonly pace: number;
}

export interface JobProgress {
  /** Counts from 1 without a hole, so that a reader can prove that it missed nothing. */
  readonly step: number;
  readonly steps: number;
  readonly doneFiles: number;
  readonly totalFiles: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** The file that was finished last, relative to the job's folder. */
  readonly file: string;
  readonly percent: number;
}

export interface JobResult {
  readonly files: number;
  /** Files that vanished or could not be read while the job ran; not in the other numbers. */
  readonly skipped: number;
  readonly bytesIn: number;
  /** The sum over all files, each compressed by itself. */
  readonly bytesOut: number;
  /** bytesOut / bytesIn; 1 where there was nothing to compress. */
  readonly ratio: number;
  /** What `sha256sum <files, sorted by bytes> | sha256sum` prints, in hex. */
  readonly digest: string;
  /** ms */
  readonly duration: number;
}

export interface Job extends JobSettings {
  readonly id: string;
  readonly status: JobStatus;
  readonly progress?: JobProgress;
  readonly result?: JobResult;
  readonly reason?: string;
}

/** What each type of event on `GET /jobs` carries as JSON. */
export interface JobEvents {
  /** The present state of a job; sent only to who comes without an id, or after a gap. */
  'job.state': Job;
  /** Accepted, but all workers are busy. */
  'job.queued': Job;
  'job.started': Job;
  'job.progress': JobProgress & { readonly id: string };
  'job.finished': { readonly id: string; readonly result: JobResult };
  'job.failed': { readonly id: string; readonly reason: string };
}

export const isOver = (job: Job): boolean => job.status === 'finished' || job.status === 'failed';
