import { addressReplacer } from './replace-address.ts';

/** Where a value names an address, as paths: `externalSources[0].defaultSubmitter`. */
export function pathsOf(value: unknown, email: string): string[] {
  const replace = addressReplacer({ email, pseudonym: '' });
  return pathsIn(value, (text) => replace(text) !== text, '');
}

function pathsIn(value: unknown, names: (text: string) => boolean, path: string): string[] {
  if (typeof value === 'string') return names(value) ? [path] : [];
  if (Array.isArray(value)) return value.flatMap((one, place) => pathsIn(one, names, `${path}[${place}]`));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, one]) => pathsIn(one, names, path === '' ? key : `${path}.${key}`));
}
