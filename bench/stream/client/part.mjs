import { fileURLToPath } from 'node:url';
import { MeasuredProcess } from '../measured-process.mjs';
import { participants } from './participants.mjs';
import { targets } from './targets.mjs';
import { makeChunks, workloads } from './workloads.mjs';

const program = (/** @type {string} */ name) =>
  fileURLToPath(new URL(`${name}-process.mjs`, import.meta.url));

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
    const { chunks, ids, events } = /** @type {typeof workloads[number]} */ (workload);
    let bytes = 0;
    for (const chunk of makeChunks(chunks, events, ids)) bytes += chunk.length;
    const origin = new MeasuredProcess([process.execPath, program('origin')]);
    const client = new MeasuredProcess([node, program('client'), module, style]);
    const { port } = await origin.ask('start');
    const url = `http://127.0.0.1:${port}/?chunks=${chunks}&events=${events}&ids=${ids}`;
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
