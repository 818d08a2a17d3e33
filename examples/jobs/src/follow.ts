import { parseArgs } from 'node:util';
import { connect } from '@eventwire/client';
import { createView } from './follow-view';
import { isOver } from './job';
import { JobBoard } from './job-board';
import { readPort } from './port';
import { printable } from './printable';

const usage = `Follows the jobs of a running example in this terminal.

  npm run follow                     the server on port 3000 (or PORT)
  npm run follow -- 3001             another port, or a URL
  npm run follow -- --start          starts a job first
  npm run follow -- --once           leaves when all jobs are over; exit code 1 if one of them failed,
                                     with --start only if the one that was started has
`;

const { target, start, once } = readArguments();
const board = new JobBoard();
const view = createView(process.stdout);

/** The job that `--start` asked for, once the server has named it. */
let started: string | undefined;
let wasOpen = false;

const stream = connect(target, {
  reconnect: { maxDelay: 5000 },
  onOpen({ attempt }) {
    if (attempt > 1) view.line(`Connected again, after ${printable(stream.lastEventId) || 'the beginning'}.`);
    else if (start) void startJob();
    wasOpen = true;
  },
  onEvent(event) {
    const change = board.applyUnknown(event.type, parse(event.data));
    if (change === undefined) return;
    if (change.missed > 0) view.line(`${change.missed} events were missed.`);
    view.show(change.job);
    leaveIfOver();
  },
  onGap() {
    board.clear();
    view.clear();
    view.line('The server no longer has what was missed (it was restarted?); here is what it has now.');
  },
  onReconnect({ delay, error }) {
    if (!wasOpen) {
      leave(
        1,
        `No server answers at ${target.origin}. Start it with \`npm start\`, or name its port: npm run follow -- 3001`,
      );
      return;
    }
    const why = error === undefined ? 'The server ended the connection' : 'The connection broke';
    view.line(`${why}; trying again in ${(delay / 1000).toFixed(1)} s.`);
  },
  onClose({ reason, error }) {
    if (reason === 'failed')
      leave(1, `${target.href} is not the jobs' stream: ${printable(error?.message ?? reason)}`);
    else if (reason !== 'closed') leave(0, `The stream has ended (${reason}).`);
  },
});

// With --once and no job at all, nothing ever happens that could end it. The id says that the present state has been
// read: it comes after all of it, without an event that one could listen for.
const idle = once ? setInterval(leaveIfOver, 200) : undefined;

// Following is never finished: Ctrl-C is its normal end, unless an end was asked for.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => leave(once ? 130 : 0));
// `npm run follow | head` closes the pipe.
process.stdout.on('error', () => process.exit(0));

async function startJob(): Promise<void> {
  try {
    const response = await fetch(new URL('/jobs', target), {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: '{}',
    });
    const body = (await response.json()) as { id?: string; error?: { message?: string } };
    if (!response.ok || body.id === undefined) {
      const why = body.error?.message ?? `status ${response.status}`;
      leave(1, `No job was started: ${printable(String(why))}`);
      return;
    }
    started = printable(String(body.id));
    leaveIfOver();
  } catch (error) {
    leave(1, `No job was started: ${printable(error instanceof Error ? error.message : String(error))}`);
  }
}

function leaveIfOver(): void {
  if (!once || stream.lastEventId === '') return;
  if (start && (started === undefined || board.get(started) === undefined)) return;
  const jobs = board.all();
  if (!jobs.every(isOver)) return;
  if (jobs.length === 0) view.line('There are no jobs. Start one with --start, or on the page.');
  // The server also tells of jobs that failed long ago.
  const judged = start ? jobs.filter(({ id }) => id === started) : jobs;
  leave(judged.some(({ status }) => status === 'failed') ? 1 : 0);
}

function leave(code: number, reason?: string): void {
  view.stop();
  if (reason !== undefined) console.error(reason);
  clearInterval(idle);
  process.exitCode = code;
  stream.close();
  // A request under way is not waited for.
  setTimeout(() => process.exit(code), 200).unref();
}

function readArguments(): { target: URL; start: boolean; once: boolean } {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        start: { type: 'boolean', default: false },
        once: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    if (values.help) {
      console.log(usage);
      process.exit(0);
    }
    if (positionals.length > 1) throw new Error('name one server: a port or a URL');
    return { target: readTarget(positionals[0]), start: values.start, once: values.once };
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
    process.exit(2);
  }
}

function readTarget(text: string | undefined): URL {
  if (text === undefined || /^\d+$/.test(text)) {
    const port = readPort(text ?? process.env.PORT);
    if (port === undefined || port === 0) throw new Error(`${text ?? process.env.PORT} is no port`);
    return new URL(`http://127.0.0.1:${port}/jobs`);
  }
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:')
    throw new Error(`${text} is neither a port nor a URL`);
  if (url.pathname === '/') url.pathname = '/jobs';
  return url;
}

/** Every text in it is going to a terminal, and the server may be anybody's. */
function parse(data: string): unknown {
  try {
    return JSON.parse(data, (_key, value: unknown) =>
      typeof value === 'string' ? printable(value) : value,
    ) as unknown;
  } catch {
    return undefined;
  }
}
