import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** What is in use after a full collection, in MiB with one decimal. */
export function heapInUse(): number {
  collect();
  collect(); // what only finalizers held is free at the second one
  return Math.round((process.memoryUsage().heapUsed / 2 ** 20) * 10) / 10;
}

/** Sockets, servers and whatever else libuv holds open; timers are left out, since vitest has some of its own. */
export function openHandles(): number {
  return process.getActiveResourcesInfo().filter((kind) => kind !== 'Timeout' && kind !== 'Immediate').length;
}
