import { fileURLToPath } from 'node:url';

export default {
  // The packages of this repository are links to folders beside this one.
  turbopack: { root: fileURLToPath(new URL('../../..', import.meta.url)) },
  // This repository's own check of types has seen the site.
  typescript: { ignoreBuildErrors: true },
};
