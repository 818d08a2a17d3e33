/** Active subscriptions of all processes that are one hub, as texts that only the hub reads. */
export interface SubscriptionStore extends AsyncDisposable {
  /** Adds entries of this process. They last as long as it lives. */
  add(entries: ReadonlyMap<string, string>): Promise<void>;
  /** Removes entries of this process. */
  remove(ids: readonly string[]): Promise<void>;
  /** The texts of all entries whose processes live, in no order. */
  list(): Promise<readonly string[]>;
  /**
   * Tells the listener, in one process that still lives, of the texts of a process that is gone. It is called
   * once for each entry.
   */
  onLost?: ((listener: (texts: readonly string[]) => void) => void) | undefined;
}
