import type { SecretUse } from './check-templates.ts';
import type { Checking } from './checking.ts';

/** Warns of secrets that are used and not set yet, once for each, where it is used first. */
export function warnOfMissingSecrets(checking: Checking, inTemplates: readonly SecretUse[]): void {
  const warned = new Set<string>();
  for (const { path, name } of [...inTemplates, ...listNamedSecrets(checking)]) {
    if (checking.context.secretNames.has(name) || warned.has(name)) continue;
    warned.add(name);
    checking.warn(path, `secret "${name}" is not set yet: set it before it is needed`);
  }
}

/** Secrets that are named as such, not in a tag. */
function listNamedSecrets({ document }: Checking): SecretUse[] {
  const ofSignature = (list: 'externalSources' | 'externalListeners') =>
    document[list].flatMap(({ signature }, index) =>
      [signature?.secret ?? []].flat().map((name) => ({ path: [list, index, 'signature', 'secret'], name })),
    );
  const ofWebhooks = document.macros.flatMap(({ actions }, index) =>
    actions.flatMap((action, place) => {
      const name = action.kind === 'webhook' ? action.sign : undefined;
      return name === undefined ? [] : [{ path: ['macros', index, 'actions', place, 'sign'], name }];
    }),
  );
  return [...ofSignature('externalSources'), ...ofSignature('externalListeners'), ...ofWebhooks];
}
