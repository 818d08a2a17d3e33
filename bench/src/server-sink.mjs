/** The end of a stream whose client takes everything at once. @param {{ onWrite?: () => void, onOver?: () => void }} told */
export const serverSink = ({ onWrite = () => {}, onOver = () => {} }) => ({
  ...{ pending: 0, held: false, open() {}, respond: () => false, hold: () => false, release() {} },
  ...{ write: onWrite, end: onOver, destroy: onOver },
});
