import { fail } from '../../scripts/run.mjs';
import { UsageError } from './options.mjs';

/**
 * Runs a bench by the arguments of this process. What is wrong with them is said in one line.
 * @template {{ help: boolean }} O
 * @param {string} usage @param {(args: string[]) => O} readOptions @param {(options: O) => Promise<void>} main
 */
export async function runCommand(usage, readOptions, main) {
  try {
    const options = readOptions(process.argv.slice(2));
    if (options.help) console.log(usage);
    else await main(options);
  } catch (error) {
    if (!(error instanceof UsageError)) fail(error);
    else {
      console.error(error.message);
      process.exitCode = 1;
    }
  }
}
