import { packageConfig } from '../../scripts/tsup-package';

export default packageConfig({
  apart: ['parse-event-stream'],
  // Of Block, Lines, Stream and Utf8Decoder.
  internal: [
    'aligned',
    'begun',
    'collect',
    'cut',
    'dispatch',
    'drop',
    'ended',
    'handlers',
    'ignore',
    'max',
    'measure',
    'readCarefully',
    'readLine',
    'readText',
    'refusal',
    'rest',
    'size',
    'skip',
    'spare',
    'stopped',
    'take',
    'takes',
    'thrown',
  ],
});
