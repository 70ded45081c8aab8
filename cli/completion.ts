import tab from '@bomb.sh/tab/commander';
import type { Command } from '@commander-js/extra-typings';
import { Command as PlainCommand } from 'commander';
import * as z from 'zod';
import { connect } from './server/connect.ts';
import { projectPath } from './session.ts';

/** Longest that a shell waits for keys after Tab. */
const patienceMs = 1_500;

const Keyed = z.array(z.looseObject({ key: z.string(), name: z.string().optional() })).default([]);
const Projects = z.object({ items: Keyed });
const Document = z.object({ macros: Keyed, filters: Keyed, feedbackTypes: Keyed, externalSources: Keyed });

type Keys = z.infer<typeof Keyed>;

/** Keys that a shell offers, by the option or argument that takes them. */
type Offered = Readonly<Record<string, Keys>>;

/** Adds `completion SHELL`, which prints a script, and `complete`, which that script calls at each Tab. */
export async function addCompletion(program: Command, args: readonly string[]): Promise<void> {
  // It is one, under richer types.
  if (!(program instanceof PlainCommand)) return;
  const root = tab(program, { completionCommandName: 'completion' });
  if (args[0] !== 'complete') return;
  const offered = await findKeys(args.slice(2));
  for (const command of [root, ...root.commands.values()]) {
    for (const part of [...command.options.values(), ...command.arguments.values()]) {
      const keys = offered['name' in part ? part.name : part.value];
      if (keys === undefined) continue;
      part.handler = (complete) => {
        for (const { key, name = '' } of keys) complete(key, name);
      };
    }
  }
}

/** Whatever hinders it, a Tab never says: there are just no keys then. */
async function findKeys(words: readonly string[]): Promise<Offered> {
  const signal = AbortSignal.timeout(patienceMs);
  try {
    const client = connect(optionIn(words, '--url'), signal);
    const { items: projects } = await client.read(Projects, { path: '/admin/v1/projects' });
    const project = optionIn(words, '-p', '--project') ?? process.env.FEEDBRIDGE_PROJECT ?? projects[0]?.key;
    if (project === undefined) return { project: projects };
    const document = await client.read(Document, { path: projectPath(project, 'document') });
    const { macros, filters, feedbackTypes, externalSources } = document;
    return { project: projects, macro: macros, filter: filters, type: feedbackTypes, source: externalSources };
  } catch {
    return {};
  }
}

function optionIn(words: readonly string[], ...names: readonly string[]): string | undefined {
  const place = words.findIndex((word) => names.includes(word));
  return place === -1 ? undefined : words[place + 1];
}
