// What a user's bundler makes of the built packages: minified, with gzip, all dependencies included.

/** Without it, esbuild would take our tsconfig's paths, and so the sources instead of what is published. */
const modifyEsbuildConfig = (config) => ({ ...config, tsconfigRaw: '{}' });

const checks = [
  ['encoder: { encode }', 'encoder/dist/index.js', '{ encode }', '1.15 kB'],
  ['encoder: all', 'encoder/dist/index.js', undefined, '2.6 kB'],
  ['parser: { createParser }', 'parser/dist/index.js', '{ createParser }', '3.55 kB'],
  ['parser: all', 'parser/dist/index.js', undefined, '4.75 kB'],
  ['client: { connect }', 'client/dist/index.js', '{ connect }', '14.75 kB'],
  ['client/eventsource: { EventSource }', 'client/dist/eventsource.js', '{ EventSource }', '6.4 kB'],
];

export default checks.map(([name, path, imported, limit]) => ({
  name,
  path: `packages/${path}`,
  import: imported,
  gzip: true,
  limit,
  modifyEsbuildConfig,
}));
