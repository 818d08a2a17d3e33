/**
 * @typedef {{ q1: number, median: number, q3: number }} Quartiles
 */

/**
 * Quartiles by linear interpolation.
 * @param {readonly number[]} values at least one
 * @returns {Quartiles}
 */
export function quartiles(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (/** @type {number} */ fraction) => {
    const position = (sorted.length - 1) * fraction;
    const below = Math.floor(position);
    const low = /** @type {number} */ (sorted[below]);
    const high = sorted[below + 1] ?? low;
    return low + (high - low) * (position - below);
  };
  return { q1: at(0.25), median: at(0.5), q3: at(0.75) };
}
