// What a user's bundler makes of the built packages: minified, with gzip, all dependencies included.

/** Without it, esbuild would take our tsconfig's paths, and so the sources instead of what is published. */
const modifyEsbuildConfig = (config) => ({ ...config, tsconfigRaw: '{}' });

const checks = [
  ['encoder: { encode }', 'encoder/dist/index.js', '{ encode }', '1 kB'],
  ['encoder: all', 'encoder/dist/index.js', undefined, '2.35 kB'],
  ['parser: { createParser }', 'parser/dist/index.js', '{ createParser }', '3.2 kB'],
  ['parser: all', 'parser/dist/index.js', undefined, '4.4 kB'],
  ['client: { connect }', 'client/dist/index.js', '{ connect }', '11.2 kB'],
  ['client/eventsource: { EventSource }', 'client/dist/eventsource.js', '{ EventSource }', '5.45 kB'],
];

export default checks.map(([name, path, imported, limit]) => ({
  name,
  path: `packages/${path}`,
  import: imported,
  gzip: true,
  limit,
  modifyEsbuildConfig,
}));
