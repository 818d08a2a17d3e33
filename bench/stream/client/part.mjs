import { fileURLToPath } from 'node:url';
import { MeasuredProcess } from '../measured-process.mjs';
import { originOf } from './origin.mjs';
import { participants } from './participants.mjs';
import { targets } from './targets.mjs';
import { workloads } from './workloads.mjs';

const PROGRAM = fileURLToPath(new URL('client-process.mjs', import.meta.url));

/** @type {import('../part.mjs').Part} */
export const client = {
  name: 'client',
  title: 'The client',
  about:
    'One origin sends the stream; the client counts the events and does nothing else, and closes after the last.\n' +
    "The figures are of the client's process alone.",
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
