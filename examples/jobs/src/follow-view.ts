import { MultiBar, type SingleBar } from 'cli-progress';
import { files, folderName, method, seconds, sizes } from './format';
import { isOver, type Job } from './job';

/** How jobs are shown in a terminal, or in what stands where a terminal might. */
export interface FollowView {
  /** A line above whatever moves. */
  line(text: string): void;
  show(job: Job): void;
  /** Drops what is shown of jobs that are no more. */
  clear(): void;
  stop(): void;
}

export const createView = (stream: NodeJS.WriteStream): FollowView =>
  stream.isTTY ? barView(stream) : lineView(stream);

const name = (job: Job): string => `${job.id}  ${folderName(job)}, ${method(job)}`;

function outcome(job: Job): string {
  const { result } = job;
  if (result === undefined) return `${name(job)}: failed: ${job.reason ?? 'for an unknown reason'}`;
  const sum = `${files(result.files)}, ${sizes(result.bytesIn, result.bytesOut)} in ${seconds(result.duration)}`;
  return `${name(job)}: finished: ${sum}\n          sha256 ${result.digest}`;
}

/** One bar for each job that waits or runs; what is over becomes a line above them, so that there are never many. */
function barView(stream: NodeJS.WriteStream): FollowView {
  const options = {
    stream,
    format: '{bar} {percentage} %  {name}  {numbers}',
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize: 24,
    hideCursor: true,
    linewrap: false,
    clearOnComplete: true,
    // Ctrl-C is handled by who uses the view.
    gracefulExit: false,
    emptyOnZero: true,
  };
  // A new one for each time that there are bars: one that was stopped still believes itself where it was drawn.
  let multi: MultiBar | undefined;
  const bars = new Map<string, SingleBar>();
  const shown = new Set<string>();

  const line = (text: string): void => {
    // Above the bars. They were drawn where the text goes, so each line is cleared to its end.
    if (multi === undefined) stream.write(`${text}\n`);
    else multi.log(`${text}\n`.replaceAll('\n', '\u001b[K\n'));
  };
  const stop = (): void => {
    multi?.stop();
    multi = undefined;
    bars.clear();
  };
  const drop = (id: string): void => {
    const bar = bars.get(id);
    if (bar === undefined) return;
    bars.delete(id);
    multi?.remove(bar);
    if (bars.size === 0) stop();
  };

  return {
    line,
    show(job) {
      if (isOver(job)) {
        if (shown.has(job.id)) return;
        shown.add(job.id);
        line(outcome(job));
        drop(job.id);
        return;
      }
      const { progress } = job;
      const done = progress === undefined ? '' : `${progress.doneFiles}/${files(progress.totalFiles)}`;
      const payload = { name: name(job), numbers: job.status === 'queued' ? 'waiting' : done };
      const bar = bars.get(job.id);
      const value = progress?.percent ?? 0;
      multi ??= new MultiBar(options);
      if (bar === undefined) bars.set(job.id, multi.create(100, value, payload));
      else bar.update(value, payload);
    },
    clear() {
      for (const id of [...bars.keys()]) drop(id);
      shown.clear();
    },
    stop,
  };
}

/** Lines for a file or a pipe: the beginning, each quarter, the end. */
function lineView(stream: NodeJS.WriteStream): FollowView {
  const told = new Map<string, string>();
  const line = (text: string): void => {
    stream.write(`${text}\n`);
  };
  return {
    line,
    show(job) {
      const quarter = Math.floor((job.progress?.percent ?? 0) / 25);
      const key = isOver(job) ? job.status : `${job.status} ${quarter}`;
      if (told.get(job.id) === key) return;
      told.set(job.id, key);
      if (isOver(job)) line(outcome(job));
      else if (quarter === 0) line(`${name(job)}: ${job.status}`);
      else if (quarter < 4) line(`${name(job)}: ${job.progress?.percent} %`);
    },
    clear: () => told.clear(),
    stop: () => {},
  };
}
