// Packs every package as npm would publish it, and has publint and attw judge the result.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { root, run } from './run.mjs';

const folder = mkdtempSync(join(tmpdir(), 'eventwire-pack-'));
const attw = join(root, 'node_modules/@arethetypeswrong/cli/dist/index.js');
let problems = 0;

for (const name of readdirSync(join(root, 'packages'))) {
  const pkgDir = join(root, 'packages', name);
  const pack = ['pack', '--json', '--loglevel=error', '--pack-destination', folder];
  const packed = execFileSync('npm', pack, { cwd: pkgDir, encoding: 'utf8' });
  const tarball = join(folder, readdirSync(folder).find((file) => packed.includes(file)) ?? '');
  const bytes = readFileSync(tarball);
  const { messages, pkg } = await publint({
    pack: { tarball: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) },
    strict: true,
  });
  for (const message of messages) console.error(`${name}: ${formatMessage(message, pkg)}`);
  problems += messages.length;
  await run(process.execPath, [attw, tarball], { quiet: true }).catch((error) => {
    console.error(`${name}: ${error.output}`);
    problems += 1;
  });
}

rmSync(folder, { recursive: true });
if (problems > 0) process.exit(1);
console.log('publint and attw have nothing to say');
