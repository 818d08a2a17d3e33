import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { writeFolder } from '../support/folder';
import type { Command, Figures, Reply } from './messages';

export interface MeasuredServer extends AsyncDisposable {
  readonly port: number;
  tell(command: Command): Promise<Figures>;
}

/** server.ts in a process of its own, from source, with a channel of this policy. */
export async function startMeasuredServer(policy: string): Promise<MeasuredServer> {
  await using folder = await writeFolder({});
  const outfile = join(folder.path, 'server.mjs');
  await build({
    entryPoints: [fileURLToPath(new URL('server.ts', import.meta.url))],
    tsconfig: fileURLToPath(new URL('../../tsconfig.base.json', import.meta.url)),
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'es2022',
    outfile,
  });
  const child = fork(outfile, [policy], { execArgv: ['--expose-gc'] });
  const exited = once(child, 'exit');
  /** Whatever the process says next. */
  const reply = async (): Promise<Reply> => {
    const gone = exited.then(([code, signal]) => {
      throw new Error(`The measured server ended with ${signal ?? `code ${code}`}`);
    });
    const [said] = await Promise.race([once(child, 'message'), gone]);
    return said as Reply;
  };
  const started = await reply();
  if (!('port' in started)) throw new Error('The measured server did not give its port first');
  return {
    port: started.port,
    async tell(command) {
      const replied = reply();
      child.send(command);
      return (await replied) as Figures;
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
