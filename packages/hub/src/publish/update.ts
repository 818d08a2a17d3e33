import { isObject } from '@eventwire/options';
import type { Fields } from '../http/form';
import { badRequest, type RefusedError, tooLarge } from '../http/refusal';
import type { HubLimits } from '../hub-limits';
import { WILDCARD } from '../matching/matchers';
import { hasInvisible, isLonger } from '../matching/text';

/** An update to be published. */
export interface Update {
  /** Its topics, of which the first is the canonical one. */
  topics: string | readonly string[];
  /** Default: the empty text. */
  data?: string | undefined;
  /** Whether only subscribers whose token grants one of its topics get it; default false. */
  private?: boolean | undefined;
  /** The id that subscribers see; default: one of the hub's own. */
  id?: string | undefined;
  /** The type of the event; default: none, which clients know as `message`. */
  type?: string | undefined;
  /** Ms after which a client that is cut off comes back; default: none is set. */
  retry?: number | undefined;
}

/** {@link Update}, checked. */
export interface CheckedUpdate {
  readonly topics: readonly string[];
  readonly data: string;
  readonly private: boolean;
  readonly id: string | undefined;
  readonly type: string | undefined;
  readonly retry: number | undefined;
}

/** An update was given to `publish` that the hub does not take. Codes: `INVALID_UPDATE`, `UPDATE_TOO_LARGE`. */
export class UpdateError extends TypeError {
  readonly code: 'INVALID_UPDATE' | 'UPDATE_TOO_LARGE';
  /** The field at fault. */
  readonly field: string;

  constructor(code: UpdateError['code'], field: string, message: string) {
    super(message);
    this.name = 'UpdateError';
    this.code = code;
    this.field = field;
  }

  /** As the response to a publisher. */
  toRefusal(): RefusedError {
    return this.code === 'INVALID_UPDATE' ? badRequest(this.message) : tooLarge(this.message);
  }
}

/** The type of the hub's own updates. */
export const HUB_TYPE = 'mercure';

const FIELDS = ['topics', 'data', 'private', 'id', 'type', 'retry'] satisfies (keyof Update)[];

/** The fields of a form. Those that the hub does not know are ignored. */
export function readUpdate(fields: Fields): Update {
  const retry = fields.get('retry') || undefined;
  if (retry !== undefined && !/^[0-9]+$/.test(retry))
    throw invalid('retry', 'must be digits: whole milliseconds');
  return {
    topics: fields.all('topic'),
    data: fields.get('data'),
    private: fields.has('private'),
    id: fields.get('id') || undefined,
    type: fields.get('type') || undefined,
    retry: retry === undefined ? undefined : Number(retry),
  };
}

/**
 * @param isReserved whether a topic is one of the hub's own
 * @throws UpdateError
 */
export function checkUpdate(
  update: Update,
  limits: HubLimits,
  isReserved: (topic: string) => boolean,
): CheckedUpdate {
  checkFields(update);
  const { data = '', id, type, retry, private: isPrivate = false } = update;
  const topics = [...new Set([update.topics].flat())];
  if (topics.length === 0) throw invalid('topic', 'is missing: an update has at least one');
  if (topics.length > limits.maxTopics)
    throw tooMuch('topic', `may be there ${limits.maxTopics} times at most`);
  for (const topic of topics) {
    checkText('topic', topic, limits.maxTopicBytes);
    if (topic === WILDCARD) throw invalid('topic', 'must not be *, which stands for all topics');
    if (isReserved(topic)) throw invalid('topic', "must not be at or below the hub's own path");
  }
  if (typeof data !== 'string') throw invalid('data', 'must be a text');
  if (id !== undefined) checkId(id, limits);
  if (type !== undefined) checkType(type, limits);
  if (retry !== undefined && !(Number.isSafeInteger(retry) && retry >= 0))
    throw invalid('retry', 'must be whole milliseconds');
  return { topics, data, private: isPrivate, id, type, retry };
}

/** A slip of the pen must not make a private update public. */
function checkFields(update: Update): void {
  if (!isObject(update)) throw invalid('update', 'must be an object');
  for (const [name, value] of Object.entries(update)) {
    const isKnown = (FIELDS as readonly string[]).includes(name);
    if (!isKnown && value !== undefined) throw invalid(name, `is unknown: known are ${FIELDS.join(', ')}`);
  }
  if (update.private !== undefined && typeof update.private !== 'boolean')
    throw invalid('private', 'must be true or false');
}

function checkId(id: unknown, { maxIdBytes }: HubLimits): void {
  checkText('id', id, maxIdBytes);
  if (id.startsWith('#')) throw invalid('id', 'must not begin with #, which is for ids of hubs');
  if (id === 'earliest') throw invalid('id', 'must not be earliest, which stands for the beginning');
}

function checkType(type: unknown, { maxIdBytes }: HubLimits): void {
  checkText('type', type, maxIdBytes);
  if (type === HUB_TYPE) throw invalid('type', `must not be ${HUB_TYPE}, which is for the hub itself`);
  if (type.startsWith('eventwire:'))
    throw invalid('type', 'must not begin with eventwire:, which is reserved');
}

function checkText(field: string, value: unknown, maxBytes: number): asserts value is string {
  if (typeof value !== 'string') throw invalid(field, 'must be a text');
  if (isLonger(value, maxBytes)) throw tooMuch(field, `must be no longer than ${maxBytes} bytes`);
  if (hasInvisible(value)) throw invalid(field, 'must not contain control or format characters');
}

const invalid = (field: string, rule: string) => new UpdateError('INVALID_UPDATE', field, `${field} ${rule}`);
const tooMuch = (field: string, rule: string) =>
  new UpdateError('UPDATE_TOO_LARGE', field, `${field} ${rule}`);
