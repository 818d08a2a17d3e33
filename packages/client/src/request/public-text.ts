/** Without queries, fragments and credentials of URLs, and without these texts: fit for a log. */
export function publicText(text: string, secrets: unknown[] = []): string {
  let result = text.replace(/[?#]\S+|\/\/[^/\s]*@/g, '…');
  // Shorter ones would be found in the middle of words.
  for (const secret of secrets)
    if (typeof secret === 'string' && secret.length > 3) result = result.replaceAll(secret, '…');
  return result;
}
