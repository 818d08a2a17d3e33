/** Active subscriptions of all processes that are one hub, as texts that only the hub reads. */
export interface SubscriptionStore extends AsyncDisposable {
  /** Adds entries of this process. They last as long as it lives. */
  add(entries: ReadonlyMap<string, string>): Promise<void>;
  /** Removes entries of this process. */
  remove(ids: readonly string[]): Promise<void>;
  /** The texts of all entries whose processes live, in no order. */
  list(): Promise<readonly string[]>;
  /**
   * Tells of entries that ended with their process: once, and in one process that still lives. Also of entries
   * of this process that were taken for ended, and are there again.
   */
  onChange?(listener: (texts: readonly string[], active: boolean) => void): void;
}
