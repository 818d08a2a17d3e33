import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The repository's folder, without a slash at the end. */
export const root = fileURLToPath(new URL('..', import.meta.url)).replace(/[\\/]$/, '');

const pnpmVersion = '12.21.0';

/**
 * @typedef {object} RunOptions
 * @property {string | undefined} [cwd] default: the repository's folder
 * @property {NodeJS.ProcessEnv | undefined} [env] added to this process's environment
 * @property {boolean | undefined} [quiet] keep the command's output back; it is printed only if the command fails
 */

/** A command that could not be started, exited with another code than 0, or was ended by a signal. */
export class CommandError extends Error {
  /**
   * @param {string} command
   * @param {string} reason
   * @param {{ exitCode?: number | undefined, output?: string | undefined }} [details]
   */
  constructor(command, reason, { exitCode = 1, output = '' } = {}) {
    super(`${command}: ${reason}`);
    this.name = 'CommandError';
    /** What this process should exit with: the command's code, or 128 + the signal's number. */
    this.exitCode = exitCode;
    /** What a quiet command printed. */
    this.output = output;
  }
}

/**
 * Runs a command to its end in this terminal. Rejects with a CommandError unless it exits with 0.
 * @param {string} command
 * @param {readonly string[]} args plain words: on Windows they pass through the shell
 * @param {RunOptions} [options]
 * @returns {Promise<void>}
 */
export function run(command, args, { cwd = root, env, quiet = false } = {}) {
  const line = [command, ...args].join(' ');
  return new Promise((resolve, reject) => {
    // Windows starts npx only through its shell (npx.cmd).
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: quiet ? ['ignore', 'pipe', 'pipe'] : 'inherit',
      shell: process.platform === 'win32' && command !== process.execPath,
    });
    let output = '';
    const keep = (/** @type {Buffer} */ chunk) => {
      output = (output + chunk.toString()).slice(-20_000);
    };
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);

    // Ctrl-C reaches the child by itself, but a SIGTERM to this process alone would leave it behind.
    const pass = (/** @type {NodeJS.Signals} */ signal) => child.kill(signal);
    const signals = /** @type {const} */ (['SIGINT', 'SIGTERM']);
    for (const signal of signals) process.on(signal, pass);
    const leave = () => {
      for (const signal of signals) process.off(signal, pass);
    };

    child.on('error', (error) => {
      leave();
      reject(new CommandError(line, `could not be started (${error.message})`, { exitCode: 127 }));
    });
    child.on('close', (code, signal) => {
      leave();
      if (code === 0) return resolve();
      const reason = signal === null ? `exited with code ${code}` : `was ended by ${signal}`;
      const exitCode = code ?? (signal === 'SIGINT' ? 130 : 143);
      reject(new CommandError(line, reason, { exitCode, output }));
    });
  });
}

/**
 * pnpm in the version that the lockfile was written with, through npx: nobody has to install it.
 * @param {readonly string[]} args
 * @param {RunOptions} [options]
 */
export function pnpm(args, options) {
  return run('npx', ['-y', `pnpm@${pnpmVersion}`, ...args], options);
}

/**
 * Installs exactly what the lockfile says. Its packages were old enough when they were added (pnpm's `minimumReleaseAge`), and
 * are pinned by their hashes since; asking the registry again for the age of every single one would fetch 100 MB first.
 * @param {readonly string[]} args
 * @param {RunOptions} [options]
 */
export function installFrozen(args, options) {
  return pnpm(['install', '--frozen-lockfile', '--config.minimumReleaseAge=0', ...args], options);
}

/**
 * Prints a failure without a stack where it is a command's, and sets the exit code.
 * @param {unknown} error
 */
export function fail(error) {
  if (error instanceof CommandError) {
    if (error.output !== '') process.stderr.write(`${error.output.trimEnd()}\n`);
    process.stderr.write(`\n${error.message}\n`);
    process.exitCode = error.exitCode;
  } else {
    console.error(error);
    process.exitCode = 1;
  }
}
