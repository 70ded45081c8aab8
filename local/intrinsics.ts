/** What `Ref` and `Fn::GetAtt` give; both throw for what they do not know, naming it. */
export type References = { ref: (id: string) => string; attribute: (id: string, name: string) => string };

/** Puts values in place of CloudFormation's references, at any depth; throws for a function other than the four known. */
export function resolveIntrinsics(value: unknown, references: References): unknown {
  if (Array.isArray(value)) return value.map((item) => resolveIntrinsics(item, references));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const [only] = entries;
  if (entries.length === 1 && only !== undefined && isIntrinsic(only[0])) {
    return resolveOne(only[0], only[1], references);
  }
  return Object.fromEntries(entries.map(([key, item]) => [key, resolveIntrinsics(item, references)]));
}

function isIntrinsic(key: string): boolean {
  return key === 'Ref' || key === 'Condition' || key.startsWith('Fn::');
}

function resolveOne(name: string, argument: unknown, references: References): unknown {
  if (name === 'Ref' && typeof argument === 'string') return references.ref(argument);
  if (name === 'Fn::GetAtt' && Array.isArray(argument))
    return references.attribute(String(argument[0]), String(argument[1]));
  if (name === 'Fn::Join' && Array.isArray(argument)) return join(argument, references);
  if (name === 'Fn::Sub' && typeof argument === 'string') return substitute(argument, references);
  throw new Error(`the function ${name} is not known here`);
}

function join([separator, parts]: unknown[], references: References): string {
  const resolved = resolveIntrinsics(parts, references);
  if (!Array.isArray(resolved)) throw new Error('Fn::Join needs a list');
  return resolved.join(String(separator));
}

function substitute(text: string, { ref, attribute }: References): string {
  return text.replace(/\$\{([^!}][^}]*)\}/g, (_, name: string) => {
    const [id = name, ...rest] = name.split('.');
    return rest.length === 0 ? ref(id) : attribute(id, rest.join('.'));
  });
}
