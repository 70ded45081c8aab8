import { accessOf, findSource, type SourceOfType } from '../../core/sources/find-source.ts';
import type { HttpReply, HttpRequest } from './http.ts';
import { refuseJsonForm } from './json-body.ts';
import { type Opening, type OpeningDependencies, openEndpoint } from './open-endpoint.ts';

/** A source that was asked for, by its present key. */
export type OpenedSource = SourceOfType & { key: string };

/** Opens the source that a request names by its key, its signature or both. */
export async function openSource(
  dependencies: OpeningDependencies,
  request: HttpRequest,
  checkBody: (request: HttpRequest) => HttpReply | undefined = refuseJsonForm,
): Promise<Opening<OpenedSource>> {
  const { project = '', source = '' } = request.parameters;
  return await openEndpoint(dependencies, request, {
    project,
    what: 'source',
    find: (document) => {
      const found = findSource(document, source);
      return found && { ...found, ...accessOf(found.source) };
    },
    checkBody: () => checkBody(request),
  });
}
