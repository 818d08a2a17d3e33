export { checkOptions, type OptionRules, type Rule } from './check-options';
export { invalidOption, type OptionError, show, unknownOption } from './option-error';
export {
  hasMethods,
  is,
  isBoolean,
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
