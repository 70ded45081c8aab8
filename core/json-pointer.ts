/** Reads what a parameter names: a top-level property, or an RFC 6901 JSON Pointer where it starts with `/`. */
export function readParameter(body: unknown, parameter: string): unknown {
  const path = parameter.startsWith('/') ? pointerTokens(parameter) : [parameter];
  let value: unknown = body;
  for (const token of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, token)) return undefined;
    if (Array.isArray(value) && !/^(0|[1-9]\d*)$/.test(token)) return undefined;
    value = Reflect.get(value, token);
  }
  return value;
}

/** The top-level property that a parameter reads or leads into. */
export function topProperty(parameter: string): string {
  return parameter.startsWith('/') ? (pointerTokens(parameter)[0] ?? '') : parameter;
}

/** The steps of an RFC 6901 JSON Pointer that is not empty. */
export function pointerTokens(pointer: string): string[] {
  return pointer
    .slice(1)
    .split('/')
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** A step as an RFC 6901 JSON Pointer spells it. */
export function escapeToken(step: string): string {
  return step.replaceAll('~', '~0').replaceAll('/', '~1');
}
