import type { IncomingMessage, ServerResponse } from 'node:http';
import { createChannel, eventStreamHandler, ServerEvent } from '@eventwire/server-node';
import { loadAssets, sendAsset } from './assets';
import { Connections } from './connections';
import { FolderError, resolveFolder } from './folder';
import { guard } from './guard';
import { HttpError, readJson, sendError, sendJson } from './http';
import { isOver, type JobEvents } from './job';
import { JobBoard } from './job-board';
import { JobQueue, QueueFullError } from './job-queue';
import type { OpenLog } from './log';
import { type Checked, checkCut, checkStartJob, clientPattern } from './schema';

type Handler = (req: IncomingMessage, res: ServerResponse, url: URL) => void | Promise<void>;
type Route = ReadonlyMap<string, Handler>;

export interface App {
  handle(req: IncomingMessage, res: ServerResponse): Promise<void>;
  /** Stops the workers and ends the streams, one after the other; their readers come back to the next server, each at a time of its own. */
  close(): Promise<void>;
}

export interface AppOptions {
  /** The folder whose files the jobs read. */
  readonly root: string;
  /** Where the built page and worker are. */
  readonly dist: URL;
  /** Becomes the app's, which disposes of it. */
  readonly log: OpenLog['log'];
}

/** All in ms, and short, since Ctrl-C is felt to be immediate. A server behind a balancer would take seconds for the spread. */
const farewell = { retry: [1000, 3000], spread: 250, timeout: 300 } as const;

/** The example: a board of jobs, a queue that runs them, and a channel that tells everybody. */
export async function createApp({ root, dist, log }: AppOptions): Promise<App> {
  const board = new JobBoard();
  const connections = new Connections();
  const assets = loadAssets(new URL('page/', dist));

  // --- the event stream -------------------------------------------------------------------------------------------

  const channel = createChannel({ log });

  /** Settles once the log has the event that was published last. */
  let kept: Promise<unknown> = Promise.resolve();

  function publish<Type extends keyof JobEvents>(type: Type, data: JobEvents[Type]): void {
    kept = channel.publish(ServerEvent.json(data, { type }));
    kept.catch((error) => console.error(error));
  }

  // The board is what the log tells, from before this process and from now on: a newcomer's `initial` and the events
  // that follow it then fit without a seam.
  const closing = new AbortController();
  await log.follow(
    '',
    ({ events }) => {
      for (const { event } of events) board.applyUnknown(event.type ?? '', JSON.parse(String(event.data)));
    },
    closing.signal,
  );
  for (const { id } of board.all().filter((job) => !isOver(job))) {
    publish('job.failed', { id, reason: 'the server was stopped before the job was over' });
  }

  const queue = new JobQueue({ root, publish, worker: new URL('worker.js', dist) });

  const initial = () => board.all().map((job) => ServerEvent.json(job, { type: 'job.state' }));

  const stream = eventStreamHandler((response) => channel.subscribe(response, { initial }), { retry: 2000 });

  // --- the routes -------------------------------------------------------------------------------------------------

  const followJobs: Handler = (req, res, url) => {
    const client = url.searchParams.get('client');
    if (client !== null) {
      if (!clientPattern.test(client)) {
        const message = 'client must be 1 to 64 letters, digits, "_" or "-"';
        throw new HttpError(400, 'INVALID_FIELD', message, { field: 'client' });
      }
      connections.add(client, req);
    }
    return stream(req, res);
  };

  const startJob: Handler = async (req, res) => {
    const settings = demand(checkStartJob(await readJson(req)));
    try {
      const job = queue.add({ ...settings, folder: resolveFolder(root, settings.folder) });
      // From here on not even a killed server forgets it.
      await kept;
      sendJson(res, 201, job, { Location: `/jobs/${job.id}` });
    } catch (error) {
      if (error instanceof FolderError) {
        throw new HttpError(400, 'INVALID_FIELD', error.message, { field: 'folder' });
      }
      if (error instanceof QueueFullError) throw new HttpError(429, 'QUEUE_FULL', error.message);
      throw error;
    }
  };

  const showJob: Handler = (_req, res, url) => {
    const id = url.pathname.slice('/jobs/'.length);
    const job = board.get(id);
    if (job === undefined) throw new HttpError(404, 'JOB_UNKNOWN', `there is no job ${JSON.stringify(id)}`);
    sendJson(res, 200, job);
  };

  const cutConnection: Handler = async (req, res) => {
    const { client } = demand(checkCut(await readJson(req)));
    const connectionsCut = connections.cut(client);
    if (connectionsCut === 0) {
      throw new HttpError(404, 'CLIENT_UNKNOWN', `no connection is open for ${JSON.stringify(client)}`, {
        field: 'client',
      });
    }
    sendJson(res, 200, { cut: connectionsCut });
  };

  const routes = new Map<string, Route>([
    [
      '/jobs',
      new Map([
        ['GET', followJobs],
        ['POST', startJob],
      ]),
    ],
    ['/cut', new Map([['POST', cutConnection]])],
  ]);
  for (const [path, asset] of assets) {
    const show: Handler = (_req, res) => sendAsset(res, asset);
    routes.set(
      path,
      new Map([
        ['GET', show],
        ['HEAD', show],
      ]),
    );
  }
  const jobRoute: Route = new Map([['GET', showJob]]);

  function find({ pathname }: URL): Route {
    const route = routes.get(pathname) ?? (/^\/jobs\/[^/]+$/.test(pathname) ? jobRoute : undefined);
    if (route === undefined) {
      throw new HttpError(404, 'NOT_FOUND', `there is nothing at ${pathname}; the page is at /`);
    }
    return route;
  }

  return {
    async handle(req, res) {
      try {
        guard(req, req.socket.localPort ?? 0);
        const url = parseTarget(req);
        const route = find(url);
        const handler = route.get(req.method ?? '');
        if (handler === undefined) {
          const allow = [...route.keys()].join(', ');
          throw new HttpError(405, 'METHOD_NOT_ALLOWED', `${url.pathname} takes ${allow}`, {
            headers: { Allow: allow },
          });
        }
        await handler(req, res, url);
      } catch (error) {
        sendError(res, error);
      }
    },

    async close() {
      // Nobody comes back at the same moment as all others. A reader that takes nothing is not waited for.
      await Promise.all([queue.close(), channel.close(farewell)]);
      closing.abort();
      await log[Symbol.asyncDispose]?.();
    },
  };
}

function demand<T>(checked: Checked<T>): T {
  if (checked.ok) return checked.value;
  const { code, field, message } = checked.error;
  throw new HttpError(400, code, message, { field });
}

function parseTarget(req: IncomingMessage): URL {
  // Not `new URL(target, base)`: a target such as `//elsewhere/jobs` would replace the base's host.
  const target = req.url ?? '/';
  if (!target.startsWith('/') || !URL.canParse(`http://localhost${target}`)) {
    throw new HttpError(400, 'INVALID_TARGET', 'the request target must be a path, such as /jobs');
  }
  return new URL(`http://localhost${target}`);
}
