import { createInterface } from 'node:readline';

/**
 * In a measured process: answers what its parent asks, one line of JSON each, until the parent is gone.
 *
 * @param {Record<string, (argument: any) => unknown>} answers
 */
export function answerRequests(answers) {
  const lines = createInterface({ input: process.stdin });
  lines.on('line', async (line) => {
    const { request, argument } = JSON.parse(line);
    /** @type {{ answer?: unknown, failure?: string }} */
    let message;
    try {
      message = { answer: (await answers[request]?.(argument)) ?? {} };
    } catch (error) {
      message = { failure: error instanceof Error ? error.message : String(error) };
    }
    process.stdout.write(`${JSON.stringify(message)}\n`);
  });
  lines.on('close', () => process.exit());
}

/** Microseconds of this process, user and system, all threads. */
export function cpuTime() {
  const { user, system } = process.cpuUsage();
  return user + system;
}
