import { durationMs } from '../dates.ts';
import type { Checking } from './checking.ts';
import type { Path } from './problems.ts';
import type { Signature } from './schema-signatures.ts';

/** Checks that a scheme written out as data says where everything stands that its message names. */
export function checkSignatureScheme(checking: Checking, path: Path, scheme: Signature['scheme']): void {
  if (typeof scheme === 'string') return;
  const { message, timestampHeader, timestampPrefix, idHeader, tolerance } = scheme;
  const require = (property: string, why: string) => {
    if (!checking.isGiven([...path, property])) checking.report([...path, property], 'required', why);
  };
  if (timestampHeader === undefined && message.includes('timestamp')) {
    require('timestampHeader', 'is required, because the message names the timestamp');
  } else if (timestampHeader === undefined && timestampPrefix !== undefined) {
    require('timestampHeader', 'is required, because timestampPrefix says where the timestamp stands in it');
  }
  if (idHeader === undefined && message.includes('id'))
    require('idHeader', 'is required, because the message names the id');
  const most = message.includes('timestamp') ? '24h' : '30d';
  if (tolerance !== undefined && durationMs(tolerance) > durationMs(most)) {
    // A longer one would let replays in that nothing tells: times are judged by it, and what is remembered is kept 30 days.
    checking.report([...path, 'tolerance'], 'out_of_range', `the tolerance may be ${most} at most`);
  }
  if (!message.includes('body')) {
    checking.warn([...path, 'message'], 'the body is not signed: whoever sees one call can send any body with it');
  }
}
