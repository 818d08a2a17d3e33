import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../../scripts/free-port.mjs';

/** @typedef {import('node:child_process').ChildProcess} Child */

/** Settles once the program has said this. @param {string} command @param {string[]} args @param {RegExp} ready @returns {Promise<Child>} */
function start(command, args, ready) {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  let output = '';
  return new Promise((resolve, reject) => {
    child.stdout.on('data', (chunk) => {
      output += chunk;
      if (ready.test(output)) resolve(child);
    });
    child.once('error', (error) => reject(new Error(`${command} could not be started: ${error.message}`)));
    child.stderr.on('data', (chunk) => {
      output += chunk;
      process.stderr.write(chunk);
    });
    // Once all that it said has been read.
    child.once('close', (code) => reject(new Error(`${command} ended with ${code}:\n${output}`)));
  });
}

/** @param {Child | undefined} child @param {'SIGKILL' | 'SIGTERM'} signal */
async function stop(child, signal = 'SIGKILL') {
  if (!child || child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill(signal);
  await gone;
}

const nginxConfig = (
  /** @type {{ folder: string, port: number, ports: number[] }} */ { folder, port, ports },
) => `
daemon off;
master_process off;
pid ${folder}/nginx.pid;
error_log stderr crit;
events {}
http {
  access_log off;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  upstream processes {
    ${ports.map((each) => `server 127.0.0.1:${each} max_fails=0;`).join('\n    ')}
  }
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://processes;
      proxy_http_version 1.1;
    }
  }
}
`;

/**
 * One Redis, three Node processes, and nginx before them, which gives each request to the next one.
 * @param {{ redis?: string | undefined, nginx?: string | undefined }} programs their paths
 */
export async function startCluster({ redis = 'redis-server', nginx = 'nginx' } = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'eventwire-cluster-'));
  /** @type {Set<Child>} */
  const children = new Set();
  const running = async (/** @type {Promise<Child>} */ starting) => {
    const child = await starting;
    children.add(child);
    return child;
  };
  const stopAll = async () => {
    await Promise.all([...children].map((child) => stop(child)));
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const redisPort = await freePort();
    const url = `redis://127.0.0.1:${redisPort}`;
    const options = ['--port', String(redisPort), '--bind', '127.0.0.1', '--dir', folder, '--save', ''];
    const database = await running(start(redis, options, /Ready to accept connections/));

    const ports = [await freePort(), await freePort(), await freePort()];
    const program = fileURLToPath(new URL('server.mjs', import.meta.url));
    const serve = (/** @type {number} */ index) =>
      running(start(process.execPath, [program, url, String(ports[index])], /Serving/));
    const servers = await Promise.all(ports.map((_, index) => serve(index)));

    const port = await freePort();
    await writeFile(join(folder, 'nginx.conf'), nginxConfig({ folder, port, ports }));
    const paths = ['-p', folder, '-e', 'stderr', '-c', join(folder, 'nginx.conf')];
    const proxy = spawn(nginx, paths, { stdio: ['ignore', 'ignore', 'inherit'] });
    const failed = new Promise((_, reject) => {
      proxy.once('error', (error) => reject(new Error(`${nginx} could not be started: ${error.message}`)));
      proxy.once('exit', (code) => reject(new Error(`${nginx} ended with ${code}`)));
    });
    failed.catch(() => {});
    children.add(proxy);
    const address = `http://127.0.0.1:${port}/`;
    // nginx does not say when it is ready.
    while (!(await Promise.race([fetch(address, { method: 'HEAD' }).catch(() => undefined), failed])))
      await sleep(20);

    return {
      url: address,
      /** Ends a process, then the same again on the same port. @param {number} index @param {'SIGKILL' | 'SIGTERM'} signal */
      async restart(index, signal) {
        await stop(servers[index], signal);
        servers[index] = await serve(index);
      },
      /** Redis hangs for so many ms: its connections stay, and nothing is answered. @param {number} ms */
      async hang(ms) {
        database.kill('SIGSTOP');
        await sleep(ms);
        database.kill('SIGCONT');
      },
      stop: stopAll,
    };
  } catch (error) {
    await stopAll();
    throw error;
  }
}
