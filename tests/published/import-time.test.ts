import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { entries, tests } from './entries';

const run = promisify(execFile);

/** What Jest's jsdom, React Native or an older engine lacks, some of it until a polyfill is installed. */
const missing = [
  ...['TextEncoder', 'TextDecoder', 'TransformStream', 'ReadableStream', 'WritableStream', 'fetch'],
  ...['Headers', 'Request', 'Response', 'Event', 'EventTarget', 'MessageEvent', 'MessageChannel'],
  ...['AbortController', 'AbortSignal', 'DOMException', 'URL', 'performance', 'structuredClone'],
];
// msw, and jose in the hub, need some of these themselves when they are imported.
const ours = entries.filter((entry) => !/\/(testing\/msw|hub|hub\/node)$/.test(entry));

const load = {
  module: (entry: string) => `await import('${entry}')`,
  commonjs: (entry: string) => `require('${entry}')`,
};
/** What this program prints, whose globals were removed first. */
async function without(kind: keyof typeof load, program: string): Promise<string> {
  const body = `
    const names = ${JSON.stringify(missing)};
    const kept = Object.fromEntries(names.map((name) => [name, globalThis[name]]));
    for (const name of names) delete globalThis[name];
    (async () => { ${program} })().catch((error) => { console.error(error); process.exitCode = 1; });`;
  const args = [`--input-type=${kind}`, '-e', body];
  return (await run(process.execPath, args, { cwd: tests })).stdout.trim();
}

describe.each(['module', 'commonjs'] as const)('in a runtime that lacks what the web has (%s)', (kind) => {
  it('every package can be imported', async () => {
    const imports = ours.map((entry) => `${load[kind](entry)}; console.log('${entry}');`);
    expect((await without(kind, imports.join('\n'))).split('\n')).toEqual(ours);
  });

  it('EventSource says that it needs EventTarget, and extends it once there is one', async () => {
    const program = `
      const { EventSource } = ${load[kind]('@eventwire/client/eventsource')};
      try { new EventSource('http://127.0.0.1:1/'); } catch (error) { console.log(error.name, error.code); }
      Object.assign(globalThis, kept);
      const source = new EventSource('http://127.0.0.1:1/');
      source.onerror = () => {};
      console.log(source instanceof EventTarget, Object.getPrototypeOf(EventSource) === EventTarget);
      source.addEventListener('own', ({ type }) => console.log(type));
      source.dispatchEvent(new Event('own'));
      source.close();`;
    expect((await without(kind, program)).split('\n')).toEqual([
      'TypeError NO_EVENT_TARGET',
      'true true',
      'own',
    ]);
  });
});

describe('Jest with jsdom', () => {
  it('requires the packages, and runs what needs nothing else', async () => {
    const manifest = createRequire(import.meta.url).resolve('jest/package.json');
    const folder = fileURLToPath(new URL('jest', import.meta.url));
    const args = [join(dirname(manifest), 'bin/jest.js'), '--rootDir', folder, '--no-cache', '--ci'];
    const { stderr } = await run(process.execPath, args, { cwd: folder });
    expect(stderr).toMatch(/Tests: +3 passed, 3 total/);
  });
});
