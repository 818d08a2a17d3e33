import { expect, it } from 'vitest';
import { nodeProgram } from '../support/node-process';
import { runSeed, seededRandom } from '../support/random';
import type { Figures } from './figures';
import { visits } from './visits';

/** `pnpm test:soak` asks for 10,000. */
const count = Number(process.env.EVENTWIRE_ARRIVALS ?? 400);
const AT_ONCE = 40;
/** Visits until all code has been compiled, and everything has the size that it keeps. */
const warmUp = Math.max(400, count / 2);
/** MiB. A hundred bytes left behind by each of 10,000 visits would be more. */
const GROWTH = 0.7;

it(`${count} clients come and go, and leave nothing behind (seed ${runSeed})`, async () => {
  const random = seededRandom(runSeed);
  await using program = await nodeProgram(new URL('./arrivals-server.ts', import.meta.url));
  const { port } = await program.start([]);
  const ask = async () => (await fetch(`http://127.0.0.1:${port}/figures`)).json() as Promise<Figures>;
  const { http2Port: http2 } = await ask();
  const ways = Object.values(visits);
  const visit = async (times: number) => {
    let left = times;
    const one = async () => {
      while (left-- > 0) await ways[Math.floor(random() * ways.length)]?.({ http: port, http2 }, random);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, one));
  };
  /** How it is once everybody has gone. */
  const settled = async (handles: number) => {
    for (const end = Date.now() + 30_000; ; await new Promise((resolve) => setTimeout(resolve, 50))) {
      const figures = await ask();
      const gone = figures.subscribers === 0 && figures.handles <= handles;
      if (gone || Date.now() > end) return figures;
    }
  };

  // The server's two, its streams to this process, and the connection over which it is asked.
  const idle = (await ask()).handles;
  await visit(warmUp);
  const before = await settled(idle);
  await visit(count);
  const after = await settled(idle);
  console.log(
    `${count} clients came and went (seed ${runSeed}): heap ${before.heap} MiB before, ${after.heap} MiB after; handles ${before.handles} and ${after.handles}`,
  );
  expect(after).toMatchObject({ faults: [], subscribers: 0 });
  expect(after.handles).toBeLessThanOrEqual(idle);
  expect(after.heap - before.heap).toBeLessThan(GROWTH);
});
