/** A host as URLs spell it, with its port where one is given; undefined where the text is none. */
export function canonicalHost(text: string): string | undefined {
  if (text.length > 300 || /[\s/?#@\\]/.test(text) || !URL.canParse(`https://${text}`)) return undefined;
  const { host } = new URL(`https://${text}`);
  // A default port would vanish from the spelling, and with it the limit to that port.
  return /:443$/.test(text) ? undefined : host;
}
