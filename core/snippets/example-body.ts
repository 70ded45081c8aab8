import { pointerTokens } from '../json-pointer.ts';

/** A value that a parameter is to carry; nothing is put where it is undefined. */
type Placing = { parameter: string; value: unknown };

/** Builds a JSON object whose parameters carry these values, and names the parameters for which there was no room. */
export function exampleBody(placings: readonly Placing[]): { body: object; left: string[] } {
  const body = {};
  const left = placings.filter(({ parameter, value }) => {
    if (value === undefined) return false;
    return !place(body, parameter.startsWith('/') ? pointerTokens(parameter) : [parameter], value);
  });
  return { body, left: left.map(({ parameter }) => parameter) };
}

function place(object: object, [name = '', ...rest]: readonly string[], value: unknown): boolean {
  const there: unknown = Object.hasOwn(object, name) ? Reflect.get(object, name) : undefined;
  if (rest.length === 0) {
    if (there !== undefined) return false;
    define(object, name, value);
    return true;
  }
  if (there === undefined) {
    const inner = {};
    define(object, name, inner);
    return place(inner, rest, value);
  }
  return typeof there === 'object' && there !== null && !Array.isArray(there) && place(there, rest, value);
}

/** A name may be `__proto__`, to which an assignment would do something else. */
function define(object: object, name: string, value: unknown): void {
  Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });
}
