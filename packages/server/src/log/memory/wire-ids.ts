import { SlidingList } from '../sliding-list';

/** The places of the events that are held with a `wireId`. Several may have the same. */
export class WireIds {
  readonly #places = new Map<string, SlidingList<number>>();

  /** The newest place. */
  add(wireId: string, place: number): void {
    const places = this.#places.get(wireId) ?? new SlidingList<number>();
    places.push(place);
    this.#places.set(wireId, places);
  }

  /** The oldest place goes. */
  removeOldest(wireId: string): void {
    const places = this.#places.get(wireId);
    places?.shift();
    if (places?.length === 0) this.#places.delete(wireId);
  }

  oldest(wireId: string): number | undefined {
    return this.#places.get(wireId)?.first;
  }
}
