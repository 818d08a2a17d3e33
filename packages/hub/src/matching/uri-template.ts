import { RE2JS } from 're2js';

/*
 * The selectors of protocol 0.x: URI templates (RFC 6570) that are matched instead of expanded. An expression
 * matches every text that it could expand to, for any values, and the empty one.
 */

interface Operator {
  /** Before the first value. */
  readonly first: string;
  readonly separator: string;
  /** Whether names are part of the expansion. */
  readonly named: boolean;
  /** Whether reserved characters stay as they are. */
  readonly reserved: boolean;
}

const SIMPLE: Operator = { first: '', separator: ',', named: false, reserved: false };
const OPERATORS: Readonly<Record<string, Operator>> = {
  '+': { first: '', separator: ',', named: false, reserved: true },
  '#': { first: '#', separator: ',', named: false, reserved: true },
  '.': { first: '.', separator: '.', named: false, reserved: false },
  '/': { first: '/', separator: '/', named: false, reserved: false },
  ';': { first: ';', separator: ';', named: true, reserved: false },
  '?': { first: '?', separator: '&', named: true, reserved: false },
  '&': { first: '&', separator: '&', named: true, reserved: false },
};

const NAME = /^(?:[A-Za-z0-9_]|%[0-9A-Fa-f]{2})(?:\.?(?:[A-Za-z0-9_]|%[0-9A-Fa-f]{2}))*$/;

/**
 * Whether a topic is an expansion of a template, in linear time. A text that is no template, or has no
 * expression, has to be equal: `undefined`.
 */
export function compileUriTemplate(template: string): ((topic: string) => boolean) | undefined {
  if (!template.includes('{')) return undefined;
  let source = '';
  let rest = template;
  for (let open = rest.indexOf('{'); open >= 0; open = rest.indexOf('{')) {
    const close = rest.indexOf('}', open);
    const expression = close < 0 ? undefined : toRegExp(rest.slice(open + 1, close));
    if (expression === undefined || rest.slice(0, open).includes('}')) return undefined;
    source += RE2JS.quote(rest.slice(0, open)) + expression;
    rest = rest.slice(close + 1);
  }
  if (rest.includes('}')) return undefined;
  const regexp = RE2JS.compile(source + RE2JS.quote(rest));
  return (topic) => regexp.testExact(topic);
}

/** `undefined` for what is no expression. */
function toRegExp(expression: string): string | undefined {
  const operator = OPERATORS[expression.charAt(0)];
  const { first, separator, named, reserved } = operator ?? SIMPLE;
  const variables = (operator ? expression.slice(1) : expression).split(',');
  let exploded = false;
  for (const variable of variables) {
    const [, name = '', modifier] = /^(.*?)(\*|:[1-9][0-9]{0,3})?$/s.exec(variable) ?? [];
    if (!NAME.test(name)) return undefined;
    exploded ||= modifier === '*';
  }
  const equals = named || exploded ? '=' : '';
  const others = reserved ? "\\[\\]:/?#@!$&'()*+;=" : equals;
  const value = `(?:[A-Za-z0-9\\-._~,${others}]|%[0-9A-Fa-f]{2})*`;
  const further = `(?:${RE2JS.quote(separator)}${value})${exploded ? '*' : `{0,${variables.length - 1}}`}`;
  return `(?:${RE2JS.quote(first)}${value}${further})?`;
}
