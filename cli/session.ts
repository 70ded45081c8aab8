import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import * as z from 'zod';
import { Failure } from './failure.ts';
import type { Client } from './server/client.ts';
import { connect } from './server/connect.ts';
import { openTerminal, type Terminal } from './terminal.ts';

/** What every command takes. */
export const Globals = z.object({
  url: z.string().optional(),
  json: z.boolean().optional(),
  project: z.string().optional(),
});

/** What a command works with. */
export type Session = {
  terminal: Terminal;
  /** The server, found and signed in to when it is first asked for. */
  client: Client;
  /** The project that is meant: named, or the only one there is. */
  project(): Promise<string>;
};

/** The process that commands run in. */
export type Workplace = {
  interrupted: AbortSignal;
  /** Opens what a command works with, from the options it was called with. */
  begin(command: CommandUnknownOpts): Session;
};

const Projects = z.object({ items: z.array(z.looseObject({ key: z.string() })), cursor: z.string().optional() });

/** The workplace of a process that `interrupted` ends. */
export function openWorkplace(interrupted: AbortSignal): Workplace {
  const begin = (command: CommandUnknownOpts): Session => {
    const { url, json, project } = Globals.parse(command.optsWithGlobals());
    let client: Client | undefined;
    const open = () => {
      client ??= connect(url, interrupted);
      return client;
    };
    return {
      terminal: openTerminal(json ?? false, interrupted),
      get client() {
        return open();
      },
      project: async () => project ?? (await findOnlyProject(open())),
    };
  };
  return { interrupted, begin };
}

async function findOnlyProject(client: Client): Promise<string> {
  const { items, cursor } = await client.read(Projects, { path: '/admin/v1/projects' });
  const [only, ...others] = items.map(({ key }) => key);
  if (only === undefined)
    throw new Failure('refused', 'There is no project yet: make one with `feedbridge apply FILE`.');
  if (others.length === 0 && cursor === undefined) return only;
  throw new Failure('misused', 'There are several projects: name one with --project or FEEDBRIDGE_PROJECT.', {
    lines: [`  ${[only, ...others].join(', ')}${cursor === undefined ? '' : ', …'}`],
  });
}

/** The path of something inside a project; each step is escaped. */
export function projectPath(project: string, ...steps: readonly string[]): string {
  return ['/admin/v1/projects', project, ...steps]
    .map((step, place) => (place === 0 ? step : encodeURIComponent(step)))
    .join('/');
}
