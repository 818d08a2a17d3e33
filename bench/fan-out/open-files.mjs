import { execFileSync } from 'node:child_process';

/** How many files, sockets among them, a process may have open: Node raises its own limit to the hard one when it starts. */
export function mostOpenFiles() {
  if (process.platform === 'win32') return Number.POSITIVE_INFINITY;
  const limit = execFileSync('sh', ['-c', 'ulimit -Hn'], { encoding: 'utf8' }).trim();
  return limit === 'unlimited' ? Number.POSITIVE_INFINITY : Number(limit);
}
