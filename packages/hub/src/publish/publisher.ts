import { codeOf } from '@eventwire/options';
import { type Channel, type EventLog, EventStreamClosedError } from '@eventwire/server';
import { PRIVATE } from '../subscribe/hub-subscriber';
import type { Places } from '../subscribe/places';
import type { CheckedUpdate } from './update';

/** Survives a header on every way: others are replaced, as the protocol allows. */
const HEADER_SAFE = /^[!-~](?:[ -~]*[!-~])?$/;

/** Adds updates to the log, with ids that are IRIs. */
export class Publisher {
  readonly #channel: Channel;
  readonly #log: EventLog;
  readonly #places: Places;

  constructor(channel: Channel, log: EventLog, places: Places) {
    this.#channel = channel;
    this.#log = log;
    this.#places = places;
  }

  /** Gives the id that subscribers see. */
  async publish(update: CheckedUpdate, idempotencyKey?: string | undefined): Promise<string> {
    const { topics, data, type, retry } = update;
    const wireId = await this.#wireIdFor(update.id);
    const attributes = update.private ? { [PRIVATE]: '' } : undefined;
    const event = { data, type, retry };
    try {
      return await this.#channel.publish(event, { topics, attributes, wireId, idempotencyKey });
    } catch (error) {
      if (codeOf(error) !== 'ID_NOT_ALLOWED') throw error;
      // It looks like a place in the log, so subscribers would go on from there: the hub's own in its place.
      const own = await this.#wireIdFor(undefined);
      return this.#channel.publish(event, { topics, attributes, wireId: own, idempotencyKey });
    }
  }

  /** Also after the hub was closed, for what its closing brings about. */
  async publishAlways(update: CheckedUpdate): Promise<void> {
    try {
      await this.publish(update);
    } catch (error) {
      if (!(error instanceof EventStreamClosedError)) throw error;
      const { topics, data, type } = update;
      const wireId = await this.#wireIdFor(undefined);
      await this.#log.append({ data, type }, { topics, attributes: { [PRIVATE]: '' }, wireId });
    }
  }

  /** `undefined`: the log's own. An id of a publisher that could be mistaken for one is not taken. */
  async #wireIdFor(id: string | undefined): Promise<string | undefined> {
    const prefix = await this.#places.prefix();
    const isUsable = id !== undefined && HEADER_SAFE.test(id) && !(prefix && id.startsWith(prefix));
    if (isUsable) return id;
    return prefix === undefined ? `urn:uuid:${crypto.randomUUID()}` : undefined;
  }
}
