import { it } from 'vitest';
// @ts-expect-error it comes without types
import workerd from 'workerd';
import { runSeed } from '../support/random';
import { hubConfig, serveProgram } from '../support/web-runtimes';
import { attackServer } from './attack-server';
import { attackTimeout } from './rounds';

const places = [
  {
    place: 'a Durable Object of workerd',
    // A channel needs one: elsewhere what one request holds no other may use.
    hasChannel: true,
    handler: `{ fetch: (request, { HUB }) => HUB.get(HUB.idFromName('the one')).fetch(request) }`,
  },
  { place: 'a plain worker of workerd', hasChannel: false, handler: '{ fetch: answer }' },
];

it.each(places)(
  `hostile clients leave nothing behind in $place, and a client beside them misses no event (seed ${runSeed})`,
  { timeout: attackTimeout + 60_000 },
  async ({ hasChannel, handler }) => {
    const program = `import { answer } from '../attack/web-server';
      export class Hub { fetch(request) { return answer(request); } }
      export default ${handler};`;
    const server = await serveProgram({ 'program.mjs': program, 'config.capnp': hubConfig }, [
      workerd as string,
      ...['serve', '--control-fd=1', 'config.capnp'],
    ]);
    try {
      await attackServer(server.url, { hasChannel });
    } finally {
      await server.stop();
    }
  },
);
