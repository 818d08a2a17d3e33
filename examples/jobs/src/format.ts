import type { Job } from './job';

/** 1234567 -> `1.23 MB`; the units of 1,000, as file managers and browsers show them. */
function bytes(count: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  let value = count;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 ? value : value.toPrecision(3)} ${units[unit]}`;
}

export const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

const percent = (ratio: number): string => `${(ratio * 100).toFixed(1)} %`;

export const files = (count: number): string =>
  `${count.toLocaleString('en')} ${count === 1 ? 'file' : 'files'}`;

/** `1.20 MB → 402 kB (33.5 %)` */
export function sizes(bytesIn: number, bytesOut: number): string {
  const ratio = bytesIn === 0 ? '' : ` (${percent(bytesOut / bytesIn)})`;
  return `${bytes(bytesIn)} → ${bytes(bytesOut)}${ratio}`;
}

/** What a job does, in two words. */
export const folderName = (job: Job): string => (job.folder === '.' ? 'whole repository' : job.folder);
export const method = (job: Job): string => `${job.compression} ${job.level}`;
