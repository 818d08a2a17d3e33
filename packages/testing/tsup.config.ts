import { packageConfig } from '../../scripts/tsup-package';

export default packageConfig({
  entry: {
    'event-log': 'src/event-log/index.ts',
    'run-store': 'src/run-store/index.ts',
    server: 'src/server/index.ts',
    msw: 'src/msw/index.ts',
  },
  node: true,
});
