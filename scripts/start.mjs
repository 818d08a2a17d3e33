// `npm start`: the jobs example, from whatever state the clone is in.

import { prepare } from './prepare.mjs';
import { fail } from './run.mjs';

try {
  await prepare();
  // In this process: Ctrl-C reaches the server itself, and its exit code is ours.
  const server = new URL('../examples/jobs/dist/server.js', import.meta.url);
  await import(server.href);
} catch (error) {
  fail(error);
}
