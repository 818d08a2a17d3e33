import { execFileSync } from 'node:child_process';

const isHere = process.getBuiltinModule?.('node:sqlite' as never) !== undefined;

/** A Node that brings SQLite, if there is one: this one, or one from the registry for `pnpm test:runtimes`. */
export function nodeWithSqlite(): readonly string[] | undefined {
  if (isHere) return [process.execPath];
  if (process.env.EVENTWIRE_RUNTIMES !== 'all') return undefined;
  // Its path, since a signal to npx would not reach it.
  const path = execFileSync('npx', ['-y', 'node@24', '-p', 'process.execPath'], { encoding: 'utf8' });
  return [path.trim()];
}

/** This Node, as if it brought none. */
export const nodeWithoutSqlite = [process.execPath, ...(isHere ? ['--no-experimental-sqlite'] : [])];
