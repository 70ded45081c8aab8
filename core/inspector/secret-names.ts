const secretName =
  /passw(or)?d|pwd|passphrase|passcode|\bpass$|^auth$|[-_]auth$|secret|token|(api|access|private)[-_ ]?key|authori[sz]ation|credential|cookie|signature|session[-_ ]?id|bearer|jwt/i;
/** A text that can be somebody's name for a value: at most two words. */
const nameLike = /^[\w.:/[\]-]+ ?[\w-]*$/;
const maxNameLength = 100;

/** Whether what is called so is likely to be a secret. */
export function namesSecret(name: string): boolean {
  return secretName.test(name);
}

/** Whether a value is itself such a name, as in a list of headers: what stands beside it is the secret. */
export function isSecretName(value: unknown): boolean {
  return typeof value === 'string' && value.length <= maxNameLength && nameLike.test(value) && namesSecret(value);
}
