import { it } from 'vitest';
import { nodeProgram } from '../support/node-process';
import { runProgram } from '../support/program';
import { runSeed } from '../support/random';
import { serveProgram } from '../support/web-runtimes';
import { attackServer } from './attack-server';
import { attackTimeout } from './rounds';

/** `npm test` attacks this Node; `pnpm test:attack`, or EVENTWIRE_RUNTIMES=all, the others too, by npx. */
const all = process.env.EVENTWIRE_RUNTIMES === 'all' || process.env.EVENTWIRE_ATTACK_SECONDS !== undefined;

interface Attacked extends AsyncDisposable {
  url: string;
}
interface Runtime {
  name: string;
  start(): Promise<Attacked>;
}

async function onNode(execPath?: string): Promise<Attacked> {
  const program = await nodeProgram(new URL('./node-server.ts', import.meta.url));
  const { port } = await program.start([], execPath === undefined ? undefined : [execPath]);
  return { url: `http://127.0.0.1:${port}`, [Symbol.asyncDispose]: () => program[Symbol.asyncDispose]() };
}

async function onNode24(): Promise<Attacked> {
  const options = { cwd: process.cwd(), timeout: 120_000 };
  return onNode((await runProgram('npx', ['-y', 'node@24', '-p', 'process.execPath'], options)).trim());
}

async function onWeb(serve: string, command: string[]): Promise<Attacked> {
  const { url, stop } = await serveProgram({ 'program.mjs': serve }, command);
  return { url, [Symbol.asyncDispose]: async () => void (await stop()) };
}
const onBun = () =>
  onWeb(
    `import { answer } from '../attack/web-server';
    import { fault } from '../attack/targets';
    for (const event of ['uncaughtException', 'unhandledRejection'])
      process.on(event, (error) => fault(event, error));
    const { port } = Bun.serve({ port: 0, hostname: '127.0.0.1', idleTimeout: 0, fetch: answer });
    console.log(JSON.stringify({ port }));`,
    ['npx', '-y', 'bun@1.4.5', 'program.mjs'],
  );
const onDeno = () =>
  onWeb(
    `import { answer } from '../attack/web-server';
    const onListen = ({ port }) => console.log(JSON.stringify({ port }));
    Deno.serve({ port: 0, hostname: '127.0.0.1', onListen }, (request) => answer(request));`,
    ['npx', '-y', 'deno@2.9.6', 'run', '--no-config', '--allow-net=127.0.0.1', 'program.mjs'],
  );

const runtimes: Runtime[] = [
  { name: `server-node on Node ${process.versions.node.split('.')[0]}`, start: () => onNode() },
  ...(all
    ? [
        { name: 'server-node on Node 24', start: onNode24 },
        { name: 'server-web on Bun', start: onBun },
        { name: 'server-web on Deno', start: onDeno },
      ]
    : []),
];

it.each(runtimes)(
  `hostile clients leave nothing behind in $name, and a client beside them misses no event (seed ${runSeed})`,
  { timeout: attackTimeout + 120_000 },
  async ({ start }) => {
    await using server = await start();
    await attackServer(server.url);
  },
);
