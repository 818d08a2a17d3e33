import { packageConfig } from '../../scripts/tsup-package';

export default packageConfig({
  apart: ['parse-event-stream'],
  // Of Block, Stream and Utf8Decoder.
  internal: [
    'aligned',
    'begun',
    'collect',
    'cut',
    'dispatch',
    'ended',
    'handlers',
    'ignore',
    'readCarefully',
    'readLine',
    'refusal',
    'spare',
    'stopped',
    'take',
    'takes',
    'thrown',
  ],
});
