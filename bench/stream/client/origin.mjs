import { fileURLToPath } from 'node:url';
import { MeasuredProcess } from '../measured-process.mjs';
import { makeChunks } from './workloads.mjs';

/**
 * Starts the origin, and says where it has the workload's stream and how many bytes that is.
 *
 * @param {import('./workloads.mjs').ClientWorkload} workload
 */
export async function originOf({ chunks, ids, events }) {
  let bytes = 0;
  for (const chunk of makeChunks(chunks, events, ids)) bytes += chunk.length;
  const program = fileURLToPath(new URL('origin-process.mjs', import.meta.url));
  const origin = new MeasuredProcess([process.execPath, program]);
  const { port } = await origin.ask('start');
  return { origin, bytes, url: `http://127.0.0.1:${port}/?chunks=${chunks}&events=${events}&ids=${ids}` };
}
