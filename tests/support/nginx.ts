import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { writeFolder } from './folder';
import { listenOnFreePort } from './listen';
import { findProgram } from './program';

export interface Nginx extends AsyncDisposable {
  readonly url: string;
}

/** What a `server` block needs beside its address: the directives of the location that passes on to the origin. */
export interface NginxOptions {
  /** After the address in `listen`, such as `http2`. */
  readonly listen?: string;
  readonly directives?: readonly string[];
}

/** A real nginx that passes everything on to `origin`, with the defaults of its proxy module where `directives` say nothing else. */
export async function startNginx(origin: string, options: NginxOptions = {}): Promise<Nginx> {
  const url = await freeUrl();
  const folder = await writeFolder({ 'nginx.conf': configuration(new URL(url).host, origin, options) });
  const args = ['-p', folder.path, '-c', `${folder.path}/nginx.conf`, '-e', 'stderr'];
  const child = spawn(findProgram('nginx'), args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let complaints = '';
  child.stderr.setEncoding('utf8').on('data', (text) => {
    complaints += text;
  });
  let over = false;
  const exited = once(child, 'close').then(() => {
    over = true;
  });
  const stop = async () => {
    child.kill('SIGKILL');
    await exited;
    await folder[Symbol.asyncDispose]();
  };
  while (!(await answers(url))) {
    if (!over) continue;
    await stop();
    throw new Error(`nginx did not start: ${complaints}`);
  }
  return { url, [Symbol.asyncDispose]: stop };
}

function configuration(address: string, origin: string, { listen = '', directives = [] }: NginxOptions) {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  return `daemon off;
    master_process off;
    pid nginx.pid;
    events {}
    http {
      access_log off;
      ${temporary.map((name) => `${name}_temp_path ${name}_temp;`).join('\n')}
      server {
        listen ${address} ${listen};
        location / {
          proxy_pass ${origin};
          ${directives.map((directive) => `${directive};`).join('\n')}
        }
      }
    }`;
}

/** nginx cannot be asked to choose one. */
async function freeUrl(): Promise<string> {
  const server = createServer();
  const url = await listenOnFreePort(server);
  server.close();
  await once(server, 'close');
  return url;
}

/** Whether somebody listens there. */
async function answers(url: string): Promise<boolean> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    await new Promise((resolve) => setTimeout(resolve, 10));
    return false;
  } finally {
    socket.destroy();
  }
}
