// `pnpm version-packages`: what the changesets say becomes versions and CHANGELOGs, and the lockfile follows.
import { fail, pnpm } from './run.mjs';

try {
  await pnpm(['exec', 'changeset', 'version']);
  await pnpm(['install', '--lockfile-only']);
} catch (error) {
  fail(error);
}
