import type { FrozenCapture } from '../../core/deliveries/delivery.ts';
import type { MatchFirstGroup } from '../../core/external-data/read-values.ts';

/** Loads RE2 where a capture has expressions; it is a file of its own in the bundle (lib/bundle.ts), loaded once. */
export async function loadMatchExpression(capture: FrozenCapture | undefined): Promise<MatchFirstGroup> {
  if (capture?.fields.some(({ match }) => match !== undefined) !== true) return () => undefined;
  const { RE2JS, RE2JSException } = await import('re2js');
  return (expression, text) => {
    try {
      const matcher = RE2JS.compile(expression).matcher(text);
      if (!matcher.find()) return undefined;
      return (matcher.groupCount() > 0 ? matcher.group(1) : matcher.group()) ?? undefined;
    } catch (error) {
      // Refused at apply time. The request has been sent: to throw now would send it once more.
      if (error instanceof RE2JSException) return undefined;
      throw error;
    }
  };
}
