/**
 * A seeded generator of numbers in [0, 1): mulberry32. The same seed gives the same inputs on every machine.
 * @param {number} seed
 * @returns {() => number}
 */
function seededRandom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * What the generators draw from one seed.
 * @param {number} seed
 */
export function seededSource(seed) {
  const random = seededRandom(seed);
  /** @param {number} min @param {number} max both included */
  const integer = (min, max) => min + Math.floor(random() * (max - min + 1));
  /** @template T @param {readonly T[]} items */
  const pick = (items) => /** @type {T} */ (items[Math.floor(random() * items.length)]);
  /** @param {string} alphabet @param {number} length */
  const text = (alphabet, length) => {
    const characters = [...alphabet];
    let result = '';
    while (result.length < length) result += pick(characters);
    return result;
  };
  return { random, integer, pick, text };
}
