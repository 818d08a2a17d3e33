export { checkOptions, type OptionRules, type Rule } from './check-options';
export { invalidOption, type OptionError, refusal, unknownOption } from './option-error';
export {
  type Expectation,
  hasMethods,
  is,
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
