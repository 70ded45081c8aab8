import type { ExternalListener, ProjectDocument } from '../document/schema.ts';

/** Finds a listener for tickets or members by its key or one of its former keys. */
export function findListener(
  { externalListeners }: Pick<ProjectDocument, 'externalListeners'>,
  target: ExternalListener['target'],
  key: string,
): ExternalListener | undefined {
  const listeners = externalListeners.filter((listener) => listener.target === target);
  return listeners.find((listener) => listener.key === key) ?? listeners.find(({ aliases }) => aliases.includes(key));
}
