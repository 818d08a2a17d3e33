import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { freePort } from '../../scripts/free-port.mjs';
import { describeNginx } from '../../scripts/nginx.mjs';
import { writeFolder } from '../support/folder';
import { findProgram } from '../support/program';
import type { Peer } from './server';

/** Debian's nginx with its module nchan: a channel that is published to by POST, and holds what was sent. */
export async function startNchan(): Promise<Peer> {
  const nginx = findProgram('nginx');
  const port = await freePort();
  const folder = await writeFolder({ 'nginx.conf': configuration(describeNginx(nginx).modules, port) });
  const errors: string[] = [];
  const child = spawn(nginx, ['-p', folder.path, '-c', join(folder.path, 'nginx.conf')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  child.stderr.on('data', (chunk) => errors.push(String(chunk)));
  const stop = async () => {
    if (child.exitCode === null) {
      child.kill('SIGQUIT');
      setTimeout(() => child.kill('SIGTERM'), 500).unref();
      await once(child, 'exit');
    }
    await folder[Symbol.asyncDispose]();
  };
  const url = `http://127.0.0.1:${port}`;
  try {
    await answers(url, child);
  } catch (error) {
    await stop();
    throw new Error(`nginx did not start: ${errors.join('')}`, { cause: error });
  }
  return {
    port,
    path: '/events',
    publish: async (text) => {
      const response = await fetch(`${url}/publish`, { method: 'POST', body: text });
      if (!response.ok) throw new Error(`nchan answered ${response.status}: ${await response.text()}`);
      await response.body?.cancel();
    },
    textOf: (data) => data,
    [Symbol.asyncDispose]: stop,
  };
}

const configuration = (modules: string, port: number) => `
load_module ${modules}/ngx_nchan_module.so;
${process.getuid?.() === 0 ? 'user root;' : ''}
daemon off;
worker_processes 1;
pid nginx.pid;
error_log stderr;
events {}
http {
  access_log off;
  client_body_temp_path body;
  proxy_temp_path proxy;
  fastcgi_temp_path fastcgi;
  uwsgi_temp_path uwsgi;
  scgi_temp_path scgi;
  server {
    listen 127.0.0.1:${port};
    location = /alive { return 204; }
    location = /publish {
      nchan_publisher;
      nchan_channel_id peers;
      nchan_message_buffer_length 5000;
      nchan_message_timeout 10m;
    }
    location = /events {
      nchan_subscriber eventsource;
      nchan_channel_id peers;
      nchan_subscriber_first_message oldest;
    }
  }
}
`;

async function answers(url: string, child: ChildProcess): Promise<void> {
  for (;;) {
    if (child.exitCode !== null) throw new Error(`it left with ${child.exitCode}`);
    try {
      return void (await fetch(`${url}/alive`));
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}
