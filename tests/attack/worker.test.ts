import { it } from 'vitest';
// @ts-expect-error it comes without types
import workerd, { compatibilityDate } from 'workerd';
import { runSeed } from '../support/random';
import { serveProgram } from '../support/web-runtimes';
import { attackServer } from './attack-server';
import { attackTimeout } from './rounds';

const config = `using Workerd = import "/workerd/workerd.capnp";
  const config :Workerd.Config = (
    services = [(name = "main", worker = (
      modules = [(name = "worker", esModule = embed "program.mjs")],
      compatibilityDate = "${compatibilityDate}",
      compatibilityFlags = ["enable_request_signal"],
      durableObjectNamespaces = [(className = "Hub", uniqueKey = "hub")],
      durableObjectStorage = (inMemory = void),
      bindings = [(name = "HUB", durableObjectNamespace = "Hub")],
    ))],
    sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
  );`;

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
    const server = await serveProgram({ 'program.mjs': program, 'config.capnp': config }, [
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
