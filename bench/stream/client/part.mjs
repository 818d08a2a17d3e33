import { fileURLToPath } from 'node:url';
import { MeasuredProcess } from '../measured-process.mjs';
import { originOf } from './origin.mjs';
import { participants } from './participants.mjs';
import { targets } from './targets.mjs';
import { workloads } from './workloads.mjs';

const WARM_UP = 1_500_000;
const PROGRAM = fileURLToPath(new URL('client-process.mjs', import.meta.url));

/** @type {import('../part.mjs').Part} */
export const client = {
  name: 'client',
  title: 'The client',
  about:
    'One origin sends the stream; the client counts the events and does nothing else, and closes after the last.\n' +
    `The figures are of the client's process alone, once it has read ${WARM_UP.toLocaleString('en')} events: by then an engine has\n` +
    'compiled what it will. Before, an event costs up to twice as much, with each of these clients.',
  warmUp: WARM_UP,
  builds: ['parser', 'client'],
  ...{ workloads, participants, targets },
  async start({ participant, workload, node }) {
    const { module, style } = /** @type {typeof participants[number]} */ (participant);
    const { events } = workload;
    const { origin, url, bytes } = await originOf(/** @type {typeof workloads[number]} */ (workload));
    const client = new MeasuredProcess([node, PROGRAM, module, style]);
    return {
      async round() {
        const { cpu } = await client.ask('read', { url, events, bytes });
        return { cpu: cpu / events };
      },
      async stop() {
        await Promise.all([client.stop(), origin.stop()]);
      },
    };
  },
};
