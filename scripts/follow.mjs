// `npm run follow [-- port or URL] [--start] [--once]`: the jobs of a running example in this terminal.

import { prepare } from './prepare.mjs';
import { fail } from './run.mjs';

try {
  await prepare();
  const follow = new URL('../examples/jobs/dist/follow.js', import.meta.url);
  await import(follow.href);
} catch (error) {
  fail(error);
}
