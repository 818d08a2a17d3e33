import { type Token, tokenize } from './component-pattern';

/** Patterns in which a `?` or a `#` can be a text of the search or of the fragment. Most are none. */
const HAS_TEXT = /#.*#|\\\?/su;

/**
 * The library that reads URL patterns loses a `?` that begins a text of the search, and a `#` that begins one of
 * the fragment, as if it were the one before the component. Here, other characters stand in for them meanwhile.
 *
 * @throws SyntaxError if the pattern is none
 */
export function hideDelimiters(pattern: string): { hidden: string; show(component: string): string } {
  if (!HAS_TEXT.test(pattern)) return { hidden: pattern, show: (component) => component };
  const [question, hash] = standIns(pattern);
  let component: 'other' | 'search' | 'hash' = 'other';
  let begins = false;
  let depth = 0;
  let before: Token | undefined;
  let hidden = '';
  for (const token of tokenize(pattern)) {
    const { type, value } = token;
    const isText = type === 'char' || type === 'escaped';
    if (type === 'open') depth++;
    if (type === 'close') depth--;
    // [spec] URL Pattern Standard, "process a hash for init": one at the beginning counts as the delimiter too.
    if (component === 'hash' && isText && value === '#' && !(begins && type === 'char')) hidden += hash;
    else if (component === 'search' && type === 'escaped' && value === '?') hidden += question;
    else hidden += textOf(token);
    begins = false;
    if (depth === 0 && component !== 'hash') {
      const isDelimiter = isText || (type === 'modifier' && !isGroup(before));
      if (isDelimiter && value === '?') component = 'search';
      if (isDelimiter && value === '#') component = 'hash';
      begins = component === 'hash';
    }
    before = token;
  }
  const show = (text: string) =>
    text.replaceAll(encodeURIComponent(question), '\\?').replaceAll(encodeURIComponent(hash), '#');
  return { hidden, show };
}

/** Whether a modifier can follow it. */
const isGroup = (token: Token | undefined) =>
  token !== undefined && ['name', 'regexp', 'close', 'asterisk'].includes(token.type);

/** Two characters that no one has a use for, and that are not in the pattern either. */
function standIns(pattern: string): [string, string] {
  const free: string[] = [];
  for (let code = 0xe000; free.length < 2; code++) {
    const character = String.fromCharCode(code);
    if (!pattern.includes(character) && !pattern.includes(encodeURIComponent(character)))
      free.push(character);
  }
  return free as [string, string];
}

function textOf({ type, value }: Token): string {
  if (type === 'end') return '';
  if (type === 'escaped') return `\\${value}`;
  if (type === 'regexp') return `(${value})`;
  return type === 'name' ? `:${value}` : value;
}
