import type { Figure } from './figure.ts';

/** What a measurement is given: where the synthesised local stage and the bundles lie, and whether it is only a try. */
export type Setting = { assemblyDir: string; dist: string; quick: boolean };

/** Takes its measurements and says what came out; throws where the two sides of a comparison do not do the same. */
export type Measure = (setting: Setting) => Promise<Figure[]>;
