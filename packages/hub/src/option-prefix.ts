import { codeOf, type OptionError } from '@eventwire/options';

/** Runs what refuses options by their names alone, and puts the path to them before. */
export function withPrefix<T>(prefix: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (codeOf(error) !== 'INVALID_OPTION') throw error;
    const { option, message } = error as OptionError;
    const named = new TypeError(message.replace(`\`${option}\``, `\`${prefix}${option}\``));
    throw Object.assign(named, { code: 'INVALID_OPTION', option: prefix + option });
  }
}
