// Made where they are needed: some runtimes have no randomness while a module is being loaded.

/** Up to 14 letters and digits from 64 random bits: an epoch, or a writer's name. */
export function randomName(): string {
  return Array.from(crypto.getRandomValues(new Uint32Array(2)), (word) => word.toString(36)).join('');
}

/** The term of a run's first claim: a whole number below 2^48. */
export function randomTerm(): number {
  const [high = 0, low = 0] = crypto.getRandomValues(new Uint32Array(2));
  return (high % 2 ** 16) * 2 ** 32 + low;
}
