import { checkOptions, invalidOption, isInteger, type OptionRules } from '@eventwire/options';
import type { ReadOptions } from './event-log';

const RULES = {
  limit: isInteger(1),
  maxBytes: isInteger(1),
  maxReplayBytes: isInteger(0),
} satisfies OptionRules<ReadOptions>;

/** @throws TypeError `INVALID_OPTION` */
export function checkReadOptions(options: ReadOptions): void {
  checkOptions(options, RULES);
  if (options.limit === undefined) throw invalidOption('limit', RULES.limit.expected, { value: undefined });
}
