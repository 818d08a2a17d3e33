import { packageConfig } from '../../scripts/tsup-package';

export default packageConfig({
  node: true,
  entry: { node: 'src/node/index.ts', client: 'src/client/index.ts' },
});
