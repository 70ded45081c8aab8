/** Where a tag's value stands in a rendered URL. */
export type UrlTag = { source: string; start: number; end: number };

/** Says why a rendered URL must not be sent; undefined where its tags changed neither origin nor path structure. */
export function checkUrl(url: string, tags: readonly UrlTag[]): string | undefined {
  const [first] = tags;
  const startTag = first?.start === 0 ? first : undefined;
  if (startTag !== undefined) {
    const reason = checkStart(url.slice(0, startTag.end), startTag.source);
    if (reason !== undefined) return reason;
  }
  const inner = startTag === undefined ? tags : tags.slice(1);
  const origin = readOrigin(url);
  if (origin === undefined) return 'The URL is not absolute http or https';
  if (origin !== readOrigin(withoutTags(url, inner))) return 'A tag changes the origin of the URL';
  return checkComponents(url, inner);
}

function checkStart(start: string, source: string): string | undefined {
  if (start === '') return `${source} is empty`;
  if (/^https?:\/\/[^/?#]*@/i.test(start)) return `${source} contains a user name or password`;
  return readOrigin(start) === undefined ? `${source} is not an absolute http or https URL` : undefined;
}

/** The origin of an absolute http or https URL without userinfo; white space and backslashes are read differently by different parsers. */
function readOrigin(url: string): string | undefined {
  if (!/^https?:\/\/[^/?#@]+(?:[/?#]|$)/i.test(url) || /[\s\\]|\p{Cc}/u.test(url)) return undefined;
  return URL.canParse(url) ? new URL(url).origin : undefined;
}

function withoutTags(url: string, tags: readonly UrlTag[]): string {
  let text = '';
  let at = 0;
  for (const { start, end } of tags) {
    text += url.slice(at, start);
    at = end;
  }
  return text + url.slice(at);
}

/** A path component made of tags may be neither empty nor `.` or `..`, which every reader of URLs removes or follows. */
function checkComponents(url: string, tags: readonly UrlTag[]): string | undefined {
  const pathEnd = indexOfAny(url, /[?#]/g, 0);
  let checkedUntil = -1;
  for (const { source, start, end } of tags) {
    if (start > pathEnd) return undefined;
    if (start <= checkedUntil) continue;
    checkedUntil = indexOfAny(url, /[/?#]/g, end);
    const component = url.slice(url.lastIndexOf('/', start - 1) + 1, checkedUntil).replace(/%2e/gi, '.');
    if (component === '') return `${source} is empty`;
    if (component === '.' || component === '..') return `${source} may not be "." or ".."`;
  }
  return undefined;
}

function indexOfAny(text: string, pattern: RegExp, from: number): number {
  pattern.lastIndex = from;
  return pattern.exec(text)?.index ?? text.length;
}
