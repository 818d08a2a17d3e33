// Packs every package as it would be published, looks at what is in it, and has publint and attw judge it.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { packPackages, unpackInto } from './pack.mjs';
import { disagreeing } from './repository.mjs';
import { root, run } from './run.mjs';
import { tarballProblems } from './tarball-problems.mjs';

const folder = mkdtempSync(join(tmpdir(), 'eventwire-pack-'));
const attw = join(root, 'node_modules/@arethetypeswrong/cli/dist/index.js');
const here = [root, homedir(), tmpdir()].map((path) => `${path}/`);
/** @type {string[]} */
const problems = [];

for (const file of disagreeing()) {
  problems.push(`${file} names another repository or author than package.json: run \`pnpm set-repository\`.`);
}
try {
  const packed = await packPackages(folder);
  unpackInto(packed, folder);
  for (const { name, tarball } of packed) {
    const bytes = readFileSync(tarball);
    const { messages, pkg } = await publint({
      pack: { tarball: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) },
      strict: true,
    });
    const found = tarballProblems(join(folder, 'node_modules/@eventwire', name), here);
    for (const problem of [...messages.map((message) => formatMessage(message, pkg)), ...found]) {
      problems.push(`${name}: ${problem}`);
    }
    await run(process.execPath, [attw, tarball], { quiet: true }).catch((error) => {
      problems.push(`${name}: ${error.output}`);
    });
  }
} finally {
  rmSync(folder, { recursive: true });
}

for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exit(1);
console.log('The packages hold what they should; publint and attw have nothing to say');
