export { checkOptions, type OptionRules, type Rule } from './check-options';
export { codeOf } from './code-of';
export { encodeText, encodeTexts } from './encode-texts';
export { checkReadOptions, checkRunName, isIdPrefix } from './log-options';
export { invalidOption, type OptionError, refusal, show, unknownOption } from './option-error';
export {
  anything,
  type Expectation,
  hasMethods,
  is,
  isAbortSignal,
  isBoolean,
  isFilled,
  isFunction,
  isInteger,
  isNumber,
  isObject,
  isString,
  isTimer,
  MAX_TIMER,
  oneOf,
  optional,
} from './predicates';
export { present } from './present';
export { randomName, randomTerm } from './random';
export { type Reporter, safeReporter } from './safe-reporter';
export { afterThisTurn, startTimer, type TimerHandle } from './timers';
