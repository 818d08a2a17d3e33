import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
// @ts-expect-error it comes without types
import workerd from 'workerd';
import { bundle } from './bundle';
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

/** As frameworks call a route handler: node's request as a Request with a signal, and the body piped. */
export const routeHandlerOnNode: WebRuntime = async () => {
  const server = createServer((req, res) => void passOn(req, res));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () => closed(server),
  };
};

async function passOn(req: IncomingMessage, res: ServerResponse): Promise<void> {
  const gone = new AbortController();
  res.on('close', () => gone.abort());
  const { method = 'GET' } = req;
  const headers = Object.entries(req.headersDistinct).flatMap(([name, values = []]) =>
    values.map((value): [string, string] => [name, value]),
  );
  const response = await answer(
    new Request(`http://127.0.0.1${req.url}`, { method, headers, signal: gone.signal }),
  );
  res.writeHead(response.status, Object.fromEntries(response.headers));
  if (!response.body) return void res.end();
  const body = response.body as import('node:stream/web').ReadableStream;
  await pipeline(Readable.fromWeb(body), res).catch(() => {});
}

/**
 * workerd, whose signals of requests have to be asked for. What one request holds no other may use there, so that channels live in a
 * durable object.
 */
export const workers: WebRuntime = async () => {
  const config = `using Workerd = import "/workerd/workerd.capnp";
    const config :Workerd.Config = (
      services = [(name = "main", worker = (
        modules = [(name = "worker", esModule = embed "program.mjs")],
        compatibilityDate = "2026-01-01",
        compatibilityFlags = ["enable_request_signal"],
        durableObjectNamespaces = [(className = "Hub", uniqueKey = "hub")],
        durableObjectStorage = (inMemory = void),
        bindings = [(name = "HUB", durableObjectNamespace = "Hub")],
      ))],
      sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
    );`;
  const program = `import { answer } from './web-app';
    export class Hub { fetch(request) { return answer(request); } }
    const shared = ['/channel', '/publish', '/size'];
    export default {
      fetch(request, { HUB }) {
        if (!shared.includes(new URL(request.url).pathname)) return answer(request);
        return HUB.get(HUB.idFromName('the one')).fetch(request);
      },
    };`;
  return run(program, async (folder) => {
    await writeFile(join(folder, 'config.capnp'), config);
    return { file: workerd as string, args: ['serve', '--control-fd=1', join(folder, 'config.capnp')] };
  });
};

/** @param file the program `bun` */
export function bun(file: string): WebRuntime {
  const program = `import { answer } from './web-app';
    const { port } = Bun.serve({ port: 0, hostname: '127.0.0.1', idleTimeout: 0, fetch: answer });
    console.log(JSON.stringify({ port }));`;
  return () => run(program, async (folder) => ({ file, args: [join(folder, 'program.mjs')] }));
}

/** @param file the program `deno` */
export function deno(file: string): WebRuntime {
  const program = `import { answer } from './web-app';
    const onListen = ({ port }) => console.log(JSON.stringify({ port }));
    Deno.serve({ port: 0, hostname: '127.0.0.1', onListen }, (request) => answer(request));`;
  return () =>
    run(program, async (folder) => ({
      file,
      args: ['run', '--no-config', '--allow-net=127.0.0.1', join(folder, 'program.mjs')],
    }));
}

/** Starts a process that serves the program, and prints a line of JSON with its port. */
async function run(
  program: string,
  command: (folder: string) => Promise<{ file: string; args: string[] }>,
): Promise<WebServer> {
  const folder = await mkdtemp(join(tmpdir(), 'eventwire-web-'));
  await writeFile(join(folder, 'program.mjs'), await bundle(program));
  const { file, args } = await command(folder);
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let complaints = '';
  child.stderr.on('data', (chunk) => {
    complaints = `${complaints}${chunk}`.slice(-10_000);
  });
  const stop = async () => {
    await exited(child);
    await rm(folder, { recursive: true });
  };
  try {
    for await (const line of createInterface(child.stdout)) {
      if (!line.startsWith('{')) continue;
      const { port } = JSON.parse(line) as { port: number };
      child.stdout.resume();
      return { url: `http://127.0.0.1:${port}`, stop };
    }
    throw new Error(`${file} ended before it served: ${complaints}`);
  } catch (error) {
    await stop();
    throw error;
  }
}

async function exited(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}

function closed(server: ReturnType<typeof createServer>): Promise<unknown> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(resolve));
}
