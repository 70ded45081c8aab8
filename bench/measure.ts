import { measures } from './measures.ts';
import { Setting } from './setting.ts';

// One measurement in a process of its own: nothing that another one left behind slows it down, and the functions' log
// lines, which are part of their work, go to this process's output, which the caller throws away.

const [name = '', setting = ''] = process.argv.slice(2);
const measure = measures.get(name);
if (measure === undefined) throw new Error(`there is no measurement '${name}'`);
// Whoever wanted the figures is gone.
process.once('disconnect', () => process.exit(1));
const figures = await measure(Setting.parse(JSON.parse(setting)));
process.send?.(figures, () => process.exit(0));
