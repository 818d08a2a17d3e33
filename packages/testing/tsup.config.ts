import { packageConfig } from '../../scripts/tsup-package';

export default packageConfig({
  entry: { server: 'src/server/index.ts', msw: 'src/msw/index.ts' },
  node: true,
});
