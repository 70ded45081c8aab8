import type { Action } from '../document/schema.ts';
import type { RecordContext } from '../tickets/record-values.ts';

/** An action of one kind. */
export type ActionOf<Kind extends Action['kind']> = Extract<Action, { kind: Kind }>;

/** What an action that changes records comes to; a `failed` one takes the whole macro with it, a `skipped` one does not. */
export type ActionEffect =
  | { outcome: 'applied'; context: RecordContext; reason?: string | undefined }
  | { outcome: 'unchanged' }
  | { outcome: 'skipped' | 'failed'; reason: string };
