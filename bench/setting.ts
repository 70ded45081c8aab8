import * as z from 'zod';
import type { Figure } from './figure.ts';

/** What a measurement is given. */
export const Setting = z.object({
  /** The folder of the synthesised local stage. */
  assemblyDir: z.string(),
  /** The folder of the functions' bundles. */
  dist: z.string(),
  /** Whether it is only a try: few rounds and small numbers. */
  quick: z.boolean(),
  /** How many tickets the longer of two lists has. */
  tickets: z.int(),
});
export type Setting = z.infer<typeof Setting>;

/** Takes its measurements and says what came out; throws where the two sides of a comparison do not do the same. */
export type Measure = (setting: Setting) => Promise<Figure[]>;
