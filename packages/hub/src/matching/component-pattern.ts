/*
 * The pattern of one component of a URL, as a regular expression for a linear engine.
 *
 * [spec] URL Pattern Standard, 2.1 (Parsing pattern strings), and "generate a regular expression and name list".
 * Names are not needed here, since nobody asks what a group has matched.
 */

export interface ComponentOptions {
  /** The character that a segment does not contain; empty: it may contain any. */
  readonly delimiter: '' | '.' | '/';
  /** The character before a group that belongs to it. */
  readonly prefix: '' | '/';
}

type Modifier = '' | '?' | '*' | '+';

export interface Token {
  readonly type: 'open' | 'close' | 'regexp' | 'name' | 'char' | 'escaped' | 'modifier' | 'asterisk' | 'end';
  readonly value: string;
}

/** A text that has to be there, or a group (`regexp`) between two texts. */
interface Part {
  readonly before: string;
  readonly regexp: string | undefined;
  readonly after: string;
  readonly modifier: Modifier;
}

/** The text that a pattern without groups stands for; `undefined` if it has some. */
export function fixedText(pattern: string, options: ComponentOptions): string | undefined {
  const parts = parse(pattern, options);
  if (parts.some(({ regexp, modifier }) => regexp !== undefined || modifier !== '')) return undefined;
  return parts.map(({ before }) => before).join('');
}

/**
 * The source of a regular expression that a whole component has to match.
 *
 * @throws SyntaxError if the pattern is none
 */
export function toRegExp(pattern: string, options: ComponentOptions): string {
  return parse(pattern, options).map(partToRegExp).join('');
}

function partToRegExp({ before, regexp, after, modifier }: Part): string {
  const [start, end] = [escapeRegExp(before), escapeRegExp(after)];
  if (regexp === undefined) return modifier === '' ? start : `(?:${start})${modifier}`;
  const group = `(?:${regexp})`;
  if (modifier === '' || modifier === '?') return `(?:${start}${group}${end})${modifier}`;
  if (start === '' && end === '') return group + modifier;
  return `(?:${start}${group}(?:${end}${start}${group})*${end})${modifier === '*' ? '?' : ''}`;
}

function escapeRegExp(text: string): string {
  return text.replace(/[.+*?^${}()[\]|/\\]/g, '\\$&');
}

function parse(pattern: string, { delimiter, prefix }: ComponentOptions): Part[] {
  const tokens = tokenize(pattern);
  const segment = delimiter === '' ? '(?s:.)+' : `[^${escapeRegExp(delimiter)}]+`;
  const parts: Part[] = [];
  let at = 0;
  let pending = '';
  const take = (...types: Token['type'][]): Token | undefined => {
    const token = tokens[at];
    if (token === undefined || !types.includes(token.type)) return undefined;
    at++;
    return token;
  };
  const takeModifier = () => (take('modifier') ?? take('asterisk'))?.value as Modifier | undefined;
  const takeText = () => {
    let text = '';
    for (let token = take('char', 'escaped'); token; token = take('char', 'escaped')) text += token.value;
    return text;
  };
  /** A name, an expression, or both; or an asterisk. */
  const takeGroup = (): string | undefined => {
    const name = take('name');
    const own = take('regexp')?.value ?? (name ? undefined : take('asterisk') && '.*');
    return own ?? (name && segment);
  };
  const flush = () => {
    if (pending !== '') parts.push({ before: pending, regexp: undefined, after: '', modifier: '' });
    pending = '';
  };
  const add = (before: string, regexp: string | undefined, after: string, modifier: Modifier = '') => {
    flush();
    if (regexp !== undefined || before !== '') parts.push({ before, regexp, after, modifier });
  };
  while (tokens[at]?.type !== 'end') {
    const char = take('char');
    const group = takeGroup();
    if (group !== undefined) {
      const isPrefix = char?.value === prefix;
      if (char && !isPrefix) pending += char.value;
      add(isPrefix ? prefix : '', group, '', takeModifier());
      continue;
    }
    const fixed = char ?? take('escaped');
    if (fixed) {
      pending += fixed.value;
      continue;
    }
    if (!take('open')) throw new SyntaxError(`The pattern has ${tokens[at]?.value} at a place of its own`);
    const before = takeText();
    const inner = takeGroup();
    const after = takeText();
    if (!take('close')) throw new SyntaxError('The pattern has a brace that is not closed');
    add(before, inner, after, takeModifier());
  }
  flush();
  return parts;
}

const PLAIN: Readonly<Record<string, Token['type']>> = {
  '*': 'asterisk',
  '+': 'modifier',
  '?': 'modifier',
  '{': 'open',
  '}': 'close',
};

export function tokenize(pattern: string): Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < pattern.length; ) {
    const char = String.fromCodePoint(pattern.codePointAt(at) as number);
    const next = pattern.slice(at + char.length);
    const plain = PLAIN[char];
    let length = char.length;
    if (plain !== undefined) tokens.push({ type: plain, value: char });
    else if (char === '\\') {
      const escaped = /^./su.exec(next)?.[0];
      if (escaped === undefined) throw new SyntaxError('The pattern ends with a backslash');
      tokens.push({ type: 'escaped', value: escaped });
      length += escaped.length;
    } else if (char === ':' && /^[\p{ID_Start}$_]/u.test(next)) {
      const [name = ''] = /^[\p{ID_Continue}$\u200c\u200d]+/u.exec(next) ?? [];
      tokens.push({ type: 'name', value: name });
      length += name.length;
    } else if (char === '(') {
      const regexp = expression(next);
      tokens.push({ type: 'regexp', value: regexp });
      length += regexp.length + 1;
    } else tokens.push({ type: 'char', value: char });
    at += length;
  }
  tokens.push({ type: 'end', value: 'its end' });
  return tokens;
}

/** Up to the parenthesis that closes it. */
function expression(text: string): string {
  let depth = 1;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === '(') depth++;
    else if (text[at] === ')' && --depth === 0) return text.slice(0, at);
  }
  throw new SyntaxError('The pattern has a parenthesis that is not closed');
}
