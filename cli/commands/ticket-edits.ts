import * as z from 'zod';
import { Failure } from '../failure.ts';
import { readTextInput } from '../read-input.ts';
import { describeRefusal } from '../server/refusal.ts';
import { projectPath, type Session } from '../session.ts';

/** What is changed of a ticket. */
export type TicketEdit = {
  status?: string | undefined;
  workflow?: string | undefined;
  team?: string | undefined;
  field?: string[] | undefined;
  external?: string[] | undefined;
};

const Changed = z.looseObject({ id: z.string(), version: z.int() });

/** Changes a ticket, of the version that it has now. */
export async function editTicket({ client, terminal, project }: Session, id: string, edit: TicketEdit): Promise<void> {
  const json = readEdit(edit);
  const path = projectPath(await project(), 'tickets', id);
  const answer = await client.call({ path });
  if (answer.status !== 200) throw describeRefusal(answer, { path });
  const ticket = await client.read(Changed, {
    method: 'PATCH',
    path,
    json,
    headers: { 'if-match': answer.etag ?? '*' },
  });
  terminal.emit(ticket);
  terminal.print(`${ticket.id} is at version ${ticket.version}.`);
}

/** Adds a comment; `-` reads it from stdin. */
export async function commentOn(
  { client, terminal, project }: Session,
  id: string,
  { text, isPublic }: { text: string; isPublic: boolean },
): Promise<void> {
  const comment = await client.read(z.looseObject({ id: z.string() }), {
    method: 'POST',
    path: projectPath(await project(), 'tickets', id, 'comments'),
    json: { text: text === '-' ? await readTextInput(text) : text, visibility: isPublic ? 'public' : 'internal' },
  });
  terminal.emit(comment);
  terminal.print(`Added to ${id}.`);
}

function readEdit({ status, workflow, team, field = [], external = [] }: TicketEdit) {
  const state = { status, workflow, team };
  const hasState = Object.values(state).some((value) => value !== undefined);
  const fields = Object.fromEntries(field.map(readAssignment));
  const groups: Record<string, Record<string, unknown>> = {};
  for (const [path, value] of external.map(readAssignment)) {
    const [group = '', name] = path.split('.', 2);
    if (name === undefined) throw new Failure('misused', `'${path}' is no group and field such as jira.key.`);
    groups[group] = { ...groups[group], [name]: value };
  }
  if (!hasState && field.length === 0 && external.length === 0)
    throw new Failure('misused', 'Say what is to be changed.');
  return {
    ...(hasState ? { state } : {}),
    ...(field.length === 0 ? {} : { fields }),
    ...(external.length === 0 ? {} : { external: groups }),
  };
}

/** Reads `name=text`, or `name:=json` for what is no text. */
function readAssignment(given: string): [name: string, value: unknown] {
  const [, name = '', json, text] = /^([^=:]+)(?::=(.*)|=(.*))$/s.exec(given) ?? [];
  if (name === '') throw new Failure('misused', `'${given}' is no assignment such as severity=High or occurrences:=7.`);
  if (json === undefined) return [name, text ?? ''];
  try {
    return [name, JSON.parse(json)];
  } catch {
    throw new Failure('misused', `What is after := in '${given}' is no JSON; a text goes after = alone.`);
  }
}
