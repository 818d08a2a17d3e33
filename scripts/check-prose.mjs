// Holds all prose to the house's English: Markdown by markdownlint, and the same openings in the packages' comments.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BANNED_OPENING } from './markdown-plain-openings.mjs';
import { fail, root, run } from './run.mjs';

/** Quoted from the Standard, whose English is its own. */
const QUOTE = /\[spec\]/;
const COMMENT = /(?:^\s*(?:\/\*\*?|\*)\s?|(?:^|\s)\/\/\s)(.*)/;

let problems = 0;
const sources = readdirSync(join(root, 'packages'))
  .flatMap((name) => {
    const folder = join('packages', name, 'src');
    return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((file) =>
      join(folder, file),
    );
  })
  .filter((file) => file.endsWith('.ts'));
for (const file of sources) {
  const lines = readFileSync(join(root, file), 'utf8').split('\n');
  lines.forEach((line, index) => {
    const comment = COMMENT.exec(line)?.[1];
    if (comment === undefined || QUOTE.test(comment) || !BANNED_OPENING.test(comment)) return;
    console.error(`${file}:${index + 1} a sentence opens with its subject: ${comment.trim()}`);
    problems++;
  });
}
await run(process.execPath, [join(root, 'node_modules/markdownlint-cli2/markdownlint-cli2-bin.mjs')]).catch(
  fail,
);
if (problems > 0) process.exitCode = 1;
