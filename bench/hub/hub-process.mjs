// Measures everything in this process, and tells its parent.
import { compareAll } from './deliveries.mjs';
import { replayAll } from './replay.mjs';

const effort = JSON.parse(process.argv[2] ?? '');
const sides = await compareAll(effort);
process.send?.({ sides, replays: await replayAll(effort) }, () => process.exit());
