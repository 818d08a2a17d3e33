import { spawn } from 'node:child_process';
import { find } from '../../scripts/system.mjs';

/** Where a program is that tests need beside Node, such as `curl`. */
export function findProgram(name: string): string {
  const path = find(name);
  if (path === undefined) throw new Error(`${name} was not found: \`npm test\` installs it, or says how.`);
  return path;
}

/** Runs a program to its end; what it has printed. Throws, with both outputs, if it fails or takes too long. */
export function runProgram(
  command: string,
  args: string[],
  { cwd, timeout }: { cwd: string; timeout: number },
): Promise<string> {
  const line = [command, ...args].join(' ');
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      timeout,
      killSignal: 'SIGKILL',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    let errors = '';
    child.stdout.setEncoding('utf8').on('data', (text) => {
      output += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text) => {
      errors = (errors + text).slice(-4000);
    });
    child.on('error', (error) => reject(new Error(`${line} could not be started: ${error.message}`)));
    child.on('close', (code, signal) => {
      if (code === 0) resolve(output);
      else
        reject(
          new Error(`${line} ended with ${signal ?? `code ${code}`}:\n${output.slice(-2000)}\n${errors}`),
        );
    });
  });
}
