import { isInteger, type OptionRules } from '@eventwire/options';

/** Limits of requests and tokens: beyond them a request is refused, and a token counts as invalid. */
export interface HubLimits {
  /** Matchers of one subscriber; default 100. Beyond it: 400. */
  readonly maxMatchers: number;
  /** Bytes of one matcher; default 4096. Beyond it: 400. */
  readonly maxMatcherBytes: number;
  /** Bytes of a request's body; default 1 MiB. Beyond it: 413. */
  readonly maxBodyBytes: number;
  /** Topics of one update; default 1000. Beyond it: 413. */
  readonly maxTopics: number;
  /** Bytes of one topic; default 4096. Beyond it: 413. */
  readonly maxTopicBytes: number;
  /** Bytes of an update's id, and of its type; default 1024. Beyond it: 413. */
  readonly maxIdBytes: number;
  /** Authorization details of a token; default 100. Beyond it: 401. */
  readonly maxDetails: number;
  /** Topics of all details of a token together; default 100. Beyond it: 401. */
  readonly maxGrants: number;
  /** Topics that a token of protocol 0.x has for each of its two sides; default 1000. Beyond it: 401. */
  readonly maxLegacyGrants: number;
}

export const HUB_LIMITS: HubLimits = {
  ...{ maxMatchers: 100, maxMatcherBytes: 4096, maxBodyBytes: 1024 * 1024 },
  ...{ maxTopics: 1000, maxTopicBytes: 4096, maxIdBytes: 1024 },
  ...{ maxDetails: 100, maxGrants: 100, maxLegacyGrants: 1000 },
};

export const LIMIT_RULES = Object.fromEntries(
  Object.keys(HUB_LIMITS).map((name) => [name, isInteger(1)]),
) as unknown as OptionRules<HubLimits>;
