import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = fileURLToPath(new URL('.', import.meta.url));
const tsconfig = fileURLToPath(new URL('../../tsconfig.base.json', import.meta.url));

/** Bundles a program, with our packages from source, into one ES module. */
export async function bundle(contents: string): Promise<string> {
  const built = await build({
    stdin: { contents, resolveDir: here, loader: 'ts' },
    tsconfig,
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2022',
  });
  const [file] = built.outputFiles;
  if (file === undefined) throw new Error('esbuild made no output');
  return file.text;
}
