/** Something that comes later, and that nobody need go on waiting for. */
export interface Wait<T> {
  /** `undefined` once it was dropped. */
  readonly result: Promise<T | undefined>;
  /** Lets go of all that waits for it. */
  drop(): void;
}
