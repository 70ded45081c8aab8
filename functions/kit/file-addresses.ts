/** The attachment field of a ticket that files are added to. */
type FileField = { project: string; source: string; ticket: string; parameter: string };

/** The address that takes files for a field, as `routes.ts` has it, without what opens it. */
export function fileAddress(apiOrigin: string, { project, source, ticket, parameter }: FileField): string {
  const tickets = `${apiOrigin}/api/v1/projects/${project}/feedback/${source}/${ticket}`;
  // A parameter may be a JSON Pointer.
  return `${tickets}/files/${encodeURIComponent(parameter)}`;
}
