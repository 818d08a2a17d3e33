import { type Dirent, realpathSync, statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { isAbsolute, join, relative, resolve, sep } from 'node:path';

const excluded = new Set(['node_modules', '.git', 'dist', 'coverage']);

/** Why a folder cannot be worked on; the message is for who asked. */
export class FolderError extends Error {}

/**
 * The folder as a path relative to `root`, with forward slashes. Throws a FolderError where it is not a folder inside
 * `root`, is one of those left out, or is reached through a symbolic link.
 */
export function resolveFolder(root: string, folder: string): string {
  const base = realpathSync(root);
  const path = resolve(base, folder);
  const inside = relative(base, path);
  const parts = inside.split(sep);
  if (parts[0] === '..' || isAbsolute(inside)) {
    throw new FolderError(
      'folder must lie inside this repository: name one of its folders, such as packages',
    );
  }
  const left = parts.find((part) => excluded.has(part));
  if (left !== undefined) {
    throw new FolderError(`folder must not lie in ${left}: jobs leave out ${[...excluded].join(', ')}`);
  }
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) {
    throw new FolderError(
      `folder must exist: there is no folder ${JSON.stringify(folder)} in this repository`,
    );
  }
  if (realpathSync(path) !== path) {
    throw new FolderError('folder must not be reached through a symbolic link: name the folder itself');
  }
  return inside === '' ? '.' : parts.join('/');
}

/**
 * The regular files below a folder, relative to it with forward slashes, sorted by their bytes as `LC_ALL=C sort` does.
 * Symbolic links are left out, and so are the folders that jobs leave out.
 */
export async function listFiles(folder: string, maxFiles: number): Promise<string[]> {
  const files: string[] = [];
  const walk = async (prefix: string): Promise<void> => {
    for (const entry of await entriesOf(join(folder, prefix), prefix !== '')) {
      const path = prefix === '' ? entry.name : `${prefix}/${entry.name}`;
      if (entry.isDirectory() && !excluded.has(entry.name)) await walk(path);
      if (!entry.isFile()) continue;
      files.push(path);
      if (files.length > maxFiles) {
        throw new FolderError(`the folder holds more than ${maxFiles} files: choose a smaller one`);
      }
    }
  };
  await walk('');
  return files.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}

/** `mayVanish`: people go on working in their repository; a folder that is gone has nothing to list. */
async function entriesOf(path: string, mayVanish: boolean): Promise<Dirent[]> {
  try {
    return await readdir(path, { withFileTypes: true });
  } catch (error) {
    if (mayVanish && error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}
