import { fileURLToPath } from 'node:url';
import { MeasuredProcess } from '../measured-process.mjs';
import { participants } from './participants.mjs';
import { readStream } from './read-stream.mjs';
import { targets } from './targets.mjs';
import { workloads } from './workloads.mjs';

const program = fileURLToPath(new URL('server-process.mjs', import.meta.url));

/** @type {import('../part.mjs').Part} */
export const server = {
  name: 'server',
  title: 'The server',
  about:
    'One client reads the stream from a socket, counts the events and does nothing else. The figures are of the\n' +
    "server's process alone. If the events are paced, the table also shows the time from the `yield` to the\n" +
    "arrival at the client's socket.",
  builds: ['encoder', 'server', 'server-node', 'server-web'],
  ...{ workloads, participants, targets },
  async start({ participant: { name, runtime = 'node' }, workload, node }) {
    /** @type {Partial<Record<typeof runtime, string[]>>} */
    const others = {
      bun: ['npx', '-y', 'bun@1.4.5'],
      deno: ['npx', '-y', 'deno@2.9.6', 'run', '-A'],
    };
    const process = new MeasuredProcess([...(others[runtime] ?? [node]), program, name]);
    const { port } = await process.ask('start');
    return {
      async round() {
        const before = await process.ask('cpu');
        const { delays } = await readStream(port, workload);
        const { cpu } = await process.ask('cpu');
        // The clocks of other runtimes have another beginning.
        return { cpu: (cpu - before.cpu) / workload.events, delays: runtime === 'node' ? delays : [] };
      },
      stop: () => process.stop(),
    };
  },
};
