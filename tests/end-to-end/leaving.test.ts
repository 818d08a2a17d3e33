import { spawn } from 'node:child_process';
import { transform } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundle } from '../support/bundle';
import { serve } from '../support/listen';

/** Ways to leave a stream, as the body of a program that has `connect` and `url`, and nothing to end it. */
const ways: Record<string, string> = {
  'break out of for await': `
    for await (const event of connect(url)) { if (event.data === '2') break; }`,
  'throw out of for await': `
    try { for await (const event of connect(url)) throw new Error('enough'); } catch {}`,
  'close() while open': `
    const stream = connect(url, { onEvent: (event) => { if (event.data === '2') stream.close(); } });
    await stream.closed;`,
  'close() before the response': `connect(url).close();`,
  'abort while open': `
    const controller = new AbortController();
    const stream = connect(url, { signal: controller.signal });
    for await (const event of stream) { if (event.data === '2') controller.abort(); }`,
  'a signal aborted beforehand': `connect(url, { signal: AbortSignal.abort() });`,
  'await using': `
    await (async () => { await using stream = connect(url); for await (const event of stream) return; })();`,
  'abort while waiting to reconnect': `
    const controller = new AbortController();
    const stream = connect(url + '/refused', { signal: controller.signal, reconnect: { initialDelay: 600000, maxServerDelay: 600000 } });
    while (stream.state !== 'waiting') await new Promise((resolve) => setTimeout(resolve, 5));
    controller.abort();
    await stream.closed;`,
  'the server says 204': `for await (const event of connect(url + '/nothing'));`,
  'a refused content type': `try { for await (const event of connect(url + '/page')); } catch {}`,
};

let clientUrl: string;
let origin: Awaited<ReturnType<typeof serve>>;
const open = new Set<object>();

beforeAll(async () => {
  const client = await bundle(`export { connect } from '@eventwire/client'`);
  clientUrl = `data:text/javascript;base64,${Buffer.from(client).toString('base64')}`;
  origin = await serve((request, response) => {
    if (request.url === '/open') return void response.end(String(open.size));
    open.add(response);
    response.on('close', () => open.delete(response));
    if (request.url === '/refused') return void response.writeHead(503).end();
    if (request.url === '/nothing') return void response.writeHead(204).end();
    if (request.url === '/page')
      return void response.writeHead(200, { 'content-type': 'text/html' }).write('<p>');
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: 1\n\ndata: 2\n\n');
  });
});
afterAll(() => origin[Symbol.asyncDispose]());

describe('after leaving a stream its socket goes, and then Node exits by itself', () => {
  it.each(Object.keys(ways))(
    '%s',
    async (way) => {
      // esbuild lowers `await using`, which Node 20 cannot parse.
      const { code } = await transform(
        `import { connect } from ${JSON.stringify(clientUrl)};
       const url = ${JSON.stringify(origin.url)};
       ${ways[way]}
       while ((await (await fetch(url + '/open')).text()) !== '0') await new Promise((resolve) => setTimeout(resolve, 5));
       console.log('left');`,
        { format: 'esm', target: 'node20' },
      );
      const child = spawn(process.execPath, ['--input-type=module', '-'], {
        stdio: ['pipe', 'pipe', 'pipe'],
      });
      child.stdin.end(code);
      let output = '';
      let errors = '';
      child.stdout.on('data', (chunk) => {
        output += chunk;
      });
      child.stderr.on('data', (chunk) => {
        errors += chunk;
      });
      // Idle keep-alive sockets of fetch's pool hold no process; anything else would, and this would time out.
      const exitCode = await new Promise((resolve) => child.on('exit', resolve));
      expect(errors).toBe('');
      expect(output).toBe('left\n');
      expect(exitCode).toBe(0);
    },
    15_000,
  );
});
