import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
// @ts-expect-error it comes without types
import workerd, { compatibilityDate } from 'workerd';
import { bundle } from './bundle';
import { writeFolder } from './folder';
import { answer } from './web-app';

export interface WebServer {
  readonly url: string;
  stop(): Promise<unknown>;
}

/** A way to serve `answer` of web-app.ts over a real socket. */
export type WebRuntime = () => Promise<WebServer>;

export const honoOnNode: WebRuntime = async () => {
  const app = new Hono();
  app.all('*', (c) => answer(c.req.raw));
  const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' });
  if (!server.listening) await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () => closed(server as ReturnType<typeof createServer>),
  };
};

export const routeHandlerOnNode: WebRuntime = async () => {
  const server = createServer(passOn(answer));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () => closed(server),
  };
};

/** As frameworks call a route handler: node's request as a Request with a signal, and the body piped. */
export function passOn(handler: (request: Request) => Response | Promise<Response>) {
  return (req: IncomingMessage, res: ServerResponse) => void answerBy(handler, req, res);
}

async function answerBy(
  handler: Parameters<typeof passOn>[0],
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  const gone = new AbortController();
  res.on('close', () => gone.abort());
  const { method = 'GET' } = req;
  const headers = Object.entries(req.headersDistinct).flatMap(([name, values = []]) =>
    values.map((value): [string, string] => [name, value]),
  );
  const response = await handler(
    new Request(`http://127.0.0.1${req.url}`, { method, headers, signal: gone.signal }),
  );
  res.writeHead(response.status, Object.fromEntries(response.headers));
  if (!response.body) return void res.end();
  const body = response.body as import('node:stream/web').ReadableStream;
  await pipeline(Readable.fromWeb(body), res).catch(() => {});
}

/** workerd's, of a worker `program.mjs` with a durable object `Hub`; signals of requests have to be asked for. */
export const hubConfig = `using Workerd = import "/workerd/workerd.capnp";
  const config :Workerd.Config = (
    services = [(name = "main", worker = (
      modules = [(name = "worker", esModule = embed "program.mjs")],
      compatibilityDate = "${compatibilityDate}",
      compatibilityFlags = ["enable_request_signal"],
      durableObjectNamespaces = [(className = "Hub", uniqueKey = "hub")],
      durableObjectStorage = (inMemory = void),
      bindings = [(name = "HUB", durableObjectNamespace = "Hub")],
    ))],
    sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
  );`;

/**
 * workerd, whose signals of requests have to be asked for. What one request holds no other may use there, so that channels live in a
 * durable object.
 */
export const workers: WebRuntime = () => {
  const program = `import { answer } from './web-app';
    export class Hub { fetch(request) { return answer(request); } }
    const shared = ['/channel', '/publish', '/size'];
    export default {
      fetch(request, { HUB }) {
        if (!shared.includes(new URL(request.url).pathname)) return answer(request);
        return HUB.get(HUB.idFromName('the one')).fetch(request);
      },
    };`;
  return serveProgram({ 'program.mjs': program, 'config.capnp': hubConfig }, [
    workerd as string,
    'serve',
    '--control-fd=1',
    'config.capnp',
  ]);
};

/** Fetched by npx where it is not there. */
export const bun: WebRuntime = () => onBun('answer');

export const honoOnBun: WebRuntime = () =>
  onBun("new Hono().all('*', (c) => answer(c.req.raw)).fetch", "import { Hono } from 'hono';");

function onBun(fetch: string, imports = ''): Promise<WebServer> {
  const program = `${imports}
    import { answer } from './web-app';
    const options = { port: 0, hostname: '127.0.0.1', idleTimeout: 0 };
    const { port } = Bun.serve({ ...options, fetch: ${fetch} });
    console.log(JSON.stringify({ port }));`;
  return serveProgram({ 'program.mjs': program }, ['npx', '-y', 'bun@1.4.5', 'program.mjs']);
}

/** Fetched by npx where it is not there. */
export const deno: WebRuntime = () => {
  const program = `import { answer } from './web-app';
    const onListen = ({ port }) => console.log(JSON.stringify({ port }));
    Deno.serve({ port: 0, hostname: '127.0.0.1', onListen }, (request) => answer(request));`;
  const flags = ['--no-config', '--allow-net=127.0.0.1'];
  return serveProgram({ 'program.mjs': program }, [
    'npx',
    '-y',
    'deno@2.9.6',
    'run',
    ...flags,
    'program.mjs',
  ]);
};

/** Starts a process that serves `program.mjs`, bundled, and prints a line of JSON with its port. */
export async function serveProgram(
  files: { 'program.mjs': string; [name: string]: string },
  [command = '', ...args]: string[],
): Promise<WebServer> {
  const folder = await writeFolder({ ...files, 'program.mjs': await bundle(files['program.mjs']) });
  // npx starts a process of its own: they are a group, so that both can be ended.
  const group = command === 'npx';
  const child = spawn(command, args, {
    cwd: folder.path,
    detached: group,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = new Promise<void>((resolve) => {
    child.on('exit', () => resolve());
    child.on('error', () => resolve());
  });
  let complaints = '';
  child.stderr.on('data', (chunk) => {
    complaints = `${complaints}${chunk}`.slice(-10_000);
  });
  const stop = async () => {
    try {
      if (child.pid !== undefined) process.kill(group ? -child.pid : child.pid, 'SIGKILL');
    } catch {
      // It has ended by itself.
    }
    await exited;
    await folder[Symbol.asyncDispose]();
  };
  for await (const line of createInterface(child.stdout)) {
    if (!line.startsWith('{')) continue;
    const { port } = JSON.parse(line) as { port: number };
    child.stdout.resume();
    return { url: `http://127.0.0.1:${port}`, stop };
  }
  await stop();
  throw new Error(`${command} ended before it served: ${complaints}`);
}

function closed(server: ReturnType<typeof createServer>): Promise<unknown> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(resolve));
}
