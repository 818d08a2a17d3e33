import { fork } from 'node:child_process';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UsageError } from './options.mjs';

/**
 * What a program tells its parent, in a process of its own.
 * @param {URL} program @param {string[]} args @param {{ execPath: string, execArgv?: string[] }} node
 * @returns {Promise<any>}
 */
export function askChild(program, args, { execPath, execArgv = [] }) {
  const path = fileURLToPath(program);
  const child = fork(path, args, {
    execPath,
    execArgv: ['--disable-warning=ExperimentalWarning', ...execArgv],
  });
  return new Promise((done, failed) => {
    child.once('message', done);
    child.once('exit', (code) =>
      failed(new UsageError(`${basename(path)} ${args.join(' ')} ended with ${code}`)),
    );
  });
}
