import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeNginx } from '../../../scripts/nginx.mjs';
import { find } from '../../../scripts/system.mjs';
import { listen } from '../../src/listen.mjs';

/** nginx with nchan, one worker; events are posted to it, one behind the other over one connection. */
export async function start() {
  const program = find('nginx');
  if (program === undefined) throw new Error('nginx is not installed');
  const module = join(describeNginx(program).modules, 'ngx_nchan_module.so');
  if (!existsSync(module)) throw new Error('nginx has no module nchan');
  const folder = mkdtempSync(join(tmpdir(), 'eventwire-nchan-'));
  const reserved = createServer();
  const port = await listen(reserved);
  await new Promise((resolve) => reserved.close(resolve));
  writeFileSync(join(folder, 'nginx.conf'), config(folder, module, port));
  const nginx = spawn(program, ['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', 'stderr'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const pids = () => [nginx.pid ?? 0, ...children(nginx.pid ?? 0)];
  process.on('exit', () => {
    for (const pid of pids()) kill(pid);
    rmSync(folder, { recursive: true, force: true });
  });
  const publisher = await connected(port);
  publisher.resume();
  return {
    port,
    path: '/subscribe',
    publish(/** @type {string} */ data) {
      publisher.write(`POST /publish HTTP/1.1\r\nHost: x\r\nContent-Length: ${data.length}\r\n\r\n${data}`);
    },
    /** Nanoseconds on a processor. */
    cpu: () => sum(pids().map((pid) => Number(readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[0]))),
    resident: () =>
      sum(pids().map((pid) => 4096 * Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]))),
  };
}

/** @param {string} folder @param {string} module @param {number} port */
const config = (folder, module, port) => `
daemon off;
worker_processes 1;
${process.getuid?.() === 0 ? 'user root;' : ''}
pid ${folder}/nginx.pid;
load_module ${module};
worker_rlimit_nofile 16000;
events { worker_connections 15000; }
http {
  access_log off;
  error_log stderr crit;
  keepalive_requests 100000000;
  client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy; fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi; scgi_temp_path ${folder}/scgi;
  nchan_max_reserved_memory 256M;
  server {
    listen 127.0.0.1:${port} backlog=4096;
    location = /subscribe { nchan_subscriber eventsource; nchan_channel_id all; nchan_subscriber_first_message newest; }
    location = /publish { nchan_publisher; nchan_channel_id all; nchan_message_buffer_length 10000; }
  }
}
`;

/** @param {number} port @returns {Promise<import('node:net').Socket>} */
async function connected(port) {
  for (let attempt = 0; ; attempt++) {
    const socket = connect(port, '127.0.0.1').setNoDelay(true);
    const error = await new Promise((resolve) =>
      socket.once('connect', () => resolve(undefined)).once('error', resolve),
    );
    if (error === undefined) return socket;
    if (attempt > 100) throw error;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** @param {number} pid */
function kill(pid) {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has gone by itself.
  }
}

/** @param {number} pid @returns {number[]} */
function children(pid) {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
      .trim()
      .split(' ')
      .filter(Boolean)
      .map(Number);
  } catch {
    return [];
  }
}

const sum = (/** @type {number[]} */ numbers) => numbers.reduce((total, number) => total + number, 0);
