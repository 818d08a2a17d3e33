import { files, folderName, method, seconds, sizes } from '../format';
import type { Job } from '../job';
import type { JobBoard } from '../job-board';
import { byId, create, setText } from './dom';

/** One job's place in the list: made once, then only its texts and its bar change. */
class JobItem {
  readonly element: HTMLLIElement;
  readonly #badge = create('span', 'badge');
  readonly #bar = create('progress', '');
  readonly #numbers = create('p', 'numbers');
  readonly #detail = create('p', 'detail mono');

  constructor(job: Job) {
    const title = create('h3', '', folderName(job), ' ', create('span', 'light', method(job)));
    title.id = `job-${job.id}`;
    this.#bar.max = 100;
    this.#bar.setAttribute('aria-labelledby', title.id);
    this.element = create(
      'li',
      'job',
      create('div', 'job-head', title, this.#badge),
      this.#bar,
      this.#numbers,
      this.#detail,
    );
    this.element.dataset.job = job.id;
    this.show(job);
  }

  show(job: Job): void {
    this.element.dataset.status = job.status;
    this.#bar.value = job.status === 'finished' ? 100 : (job.progress?.percent ?? 0);
    this.element.dataset.percent = String(this.#bar.value);
    setText(this.#badge, job.status === 'running' ? `${this.#bar.value} %` : job.status);
    setText(this.#numbers, unbroken(numbers(job)));
    setText(this.#detail, detail(job));
  }
}

/** Keeps a number and its unit on one line. */
const unbroken = (text: string): string => text.replace(/(\d) (?=bytes|[kMGT]B|s\b|%)/g, '$1\u00a0');

function numbers({ status, progress, result, reason }: Job): string {
  if (result !== undefined) {
    const left = result.skipped > 0 ? `, ${result.skipped} could not be read` : '';
    return `${files(result.files)}${left} · ${sizes(result.bytesIn, result.bytesOut)} · ${seconds(result.duration)}`;
  }
  if (status === 'failed') return `Failed: ${reason ?? 'for an unknown reason'}`;
  if (status === 'queued') return 'Waiting for a worker';
  if (progress === undefined) return 'Listing files';
  const done = `${progress.doneFiles.toLocaleString('en')} of ${files(progress.totalFiles)}`;
  return `${done} · ${sizes(progress.bytesIn, progress.bytesOut)}`;
}

function detail({ progress, result }: Job): string {
  if (result !== undefined) return `sha256 ${result.digest}`;
  return progress?.file ?? '';
}

/** All jobs, the newest first. */
export class JobList {
  readonly #list = byId('jobs', HTMLUListElement);
  readonly #empty = byId('empty', HTMLParagraphElement);
  readonly #summary = byId('jobs-summary', HTMLParagraphElement);
  readonly #items = new Map<string, JobItem>();

  show(job: Job, board: JobBoard): void {
    const item = this.#items.get(job.id);
    if (item === undefined) {
      const added = new JobItem(job);
      this.#items.set(job.id, added);
      this.#list.prepend(added.element);
    } else {
      item.show(job);
    }
    this.tidy(board);
  }

  /** Drops what the board has dropped, and counts. */
  tidy(board: JobBoard): void {
    for (const [id, item] of this.#items) {
      if (board.get(id) !== undefined) continue;
      item.element.remove();
      this.#items.delete(id);
    }
    const count = (status: Job['status']) => board.all().filter((job) => job.status === status).length;
    const parts = (['running', 'queued', 'finished', 'failed'] as const)
      .map((status) => ({ status, n: count(status) }))
      .filter(({ n }) => n > 0)
      .map(({ status, n }) => `${n} ${status}`);
    setText(this.#summary, parts.join(' · '));
    this.#empty.hidden = board.size > 0;
  }
}
