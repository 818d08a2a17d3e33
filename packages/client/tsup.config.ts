import { packageConfig } from '../../scripts/tsup-package';

export default packageConfig({
  entry: {
    eventsource: 'src/eventsource/index.ts',
    'eventsource-polyfill': 'src/eventsource/polyfill/index.ts',
  },
});
