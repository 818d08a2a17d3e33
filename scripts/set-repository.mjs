// `pnpm set-repository https://github.com/owner/eventwire`: the repository's address, in the root's
// package.json, in every package's, and in the links of their READMEs. Without an address: that of the
// root's package.json.
import { addressOf, copyToPackages, setAddress } from './repository.mjs';
import { fail } from './run.mjs';

try {
  const [address] = process.argv.slice(2);
  if (address !== undefined) setAddress(address);
  copyToPackages();
  console.log(`All packages name ${addressOf()}`);
} catch (error) {
  fail(error);
}
