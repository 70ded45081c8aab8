import * as z from 'zod';
import { ShownCall } from '../../core/inspector/show-call.ts';

/** An inspector that is open. */
export const OpenedInspector = z.object({ until: z.iso.datetime() }).meta({ id: 'OpenedInspector' });

/** The last calls of an endpoint. */
export const InspectedCalls = z
  .object({
    until: z.iso.datetime().optional().describe('Until when calls are kept; absent where none are.'),
    items: z.array(ShownCall),
  })
  .meta({ id: 'InspectedCalls' });
