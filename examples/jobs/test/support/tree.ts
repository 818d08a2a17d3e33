import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export interface Tree extends Disposable {
  readonly path: string;
  /** Relative path and content of what a job of the whole tree reads, in the order of the digest. */
  readonly files: ReadonlyArray<readonly [path: string, content: Buffer]>;
}

/** A folder with every kind of entry that a job meets, and 45 files that it reads. */
export function makeTree(): Tree {
  const path = mkdtempSync(join(tmpdir(), 'eventwire-jobs-'));
  const write = (name: string, content: Buffer | string) => {
    mkdirSync(dirname(join(path, name)), { recursive: true });
    writeFileSync(join(path, name), content);
  };
  const files = new Map<string, Buffer>();
  for (let i = 0; i < 40; i++) {
    files.set(`numbers/${i}.txt`, Buffer.from(`${i}\n`.repeat(i * 20)));
  }
  // Larger than what is read at once, and not of one byte sequence repeated.
  const large = Buffer.alloc(300_000, 'abcdefghijklmnopqrstuvwxyz0123456789é');
  for (let i = 0; i < large.length; i += 7) large[i] = (i * 31) & 0xff;
  files.set('large.bin', large);
  files.set('.hidden/file', Buffer.from('hidden folders count'));
  files.set('empty', Buffer.alloc(0));
  // Sorted by bytes, not by UTF-16 code units: U+FF5E comes before U+1F600.
  files.set('～.txt', Buffer.from('after'));
  files.set('😀.txt', Buffer.from('last'));
  for (const [name, content] of files) write(name, content);

  write('node_modules/left/out.js', 'left out');
  write('numbers/dist/out.js', 'left out');
  write('.git/config', 'left out');
  symlinkSync('large.bin', join(path, 'link-to-file'));
  symlinkSync('numbers', join(path, 'link-to-folder'));
  symlinkSync(tmpdir(), join(path, 'link-outside'));

  const sorted = [...files].sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  return { path, files: sorted, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}
