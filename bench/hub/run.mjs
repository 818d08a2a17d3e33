// `pnpm bench:hub`: what a hub costs beside the channel under it, in one process and without sockets, whose cost is
// the same for both.
import { parseArgs } from 'node:util';
import { buildMeasured } from '../src/build-measured.mjs';

const { values } = parseArgs({ options: { quick: { type: 'boolean' }, help: { type: 'boolean' } } });
const effort = values.quick ? { rounds: 3, events: 20 } : { rounds: 15, events: 200 };
if (values.help) console.log('pnpm bench:hub [--quick]');
else {
  await buildMeasured(['encoder', 'server', 'server-node', 'server-web', 'hub']);
  console.log(`Node ${process.version}, ${effort.rounds} rounds of ${effort.events} events`);
  // Only now, since it imports what has just been built.
  const { measure } = await import('./measure.mjs');
  await measure(effort);
  process.exit();
}
