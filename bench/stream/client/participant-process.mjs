// One participant's process: asked for one stream at a time, it answers with the processor time of the whole process.
import { participants } from './participants.mjs';

const run = await participants.find(({ name }) => name === process.argv[2])?.load();
process.on('message', async (/** @type {any} */ { url, events, bytes }) => {
  const before = process.cpuUsage();
  await run?.(url, events, bytes);
  const { user, system } = process.cpuUsage(before);
  process.send?.((user + system) / events);
});
process.on('disconnect', () => process.exit());
process.send?.('ready');
