import type { ConfigurationReader } from '../../adapters/dynamodb/configuration.ts';
import { Key } from '../../core/document/schema-names.ts';
import { findSource } from '../../core/sources/find-source.ts';
import type { HttpHandler } from '../kit/endpoint.ts';
import { type HttpReply, type HttpRequest, notFound, refuse } from '../kit/http.ts';
import { preflightHeaders } from '../kit/origins.ts';
import { describeApi } from '../openapi.ts';
import { routes } from '../routes.ts';
import { allowedMethods, findPath, isCrossOrigin, type KnownPath } from './known-path.ts';
import { answerFile, type ReferenceFile, referencePage } from './reference-files.ts';
import { describeSignIn, type SignInPlace } from './sign-in-metadata.ts';

/** What the handler is given: how configuration is read, where the API is and people sign in, and the files of its reference. */
export type RestDependencies = {
  readConfiguration: ConfigurationReader;
  apiOrigin: string;
  signIn: SignInPlace;
  readFiles: () => Promise<ReadonlyMap<string, ReferenceFile>>;
};

/** Answers what no other function does: unknown paths and methods, preflights, and the API's description. */
export function answerRest(dependencies: RestDependencies): HttpHandler {
  const readDescription = once(() => JSON.stringify(describeApi(dependencies.apiOrigin)));
  const readFiles = once(dependencies.readFiles);
  return async (request) => {
    const path = findPath(request.path);
    if (path === undefined) return notFound();
    if (request.method === 'OPTIONS') return await answerPreflight(dependencies, request, path);
    switch (path.routes.find(({ method }) => method === request.method)) {
      case undefined:
        return refuseMethod(request, path);
      case routes['read-sign-in']: {
        const metadata = describeSignIn(dependencies.apiOrigin, dependencies.signIn);
        return answerFile(request, { body: JSON.stringify(metadata), contentType: 'application/json' });
      }
      case routes['read-openapi']:
        return answerFile(request, { body: readDescription(), contentType: 'application/json' });
      case routes['read-docs']:
        return answerFile(request, referencePage);
      case routes['read-docs-file']: {
        const file = (await readFiles()).get(path.parameters.file ?? '');
        return file === undefined ? notFound() : answerFile(request, file);
      }
      default:
        // Another function's route, yet the gateway did not take it for one: nothing is there.
        return notFound();
    }
  };
}

/** Answers 204 to every path that exists, known project and source or not, and allows what the source allows. */
async function answerPreflight(
  { readConfiguration }: RestDependencies,
  request: HttpRequest,
  path: KnownPath,
): Promise<HttpReply> {
  const { project = '', source: sourceKey = '' } = path.parameters;
  // What is no key names no project; it may also be longer than a key of the table.
  const asked = isCrossOrigin(path) && Key.safeParse(project).success;
  const configuration = asked ? await readConfiguration(project) : undefined;
  const found = configuration === undefined ? undefined : findSource(configuration.document, sourceKey);
  const asking = { origin: request.headers.origin, methods: path.routes.map(({ method }) => method).join(', ') };
  const allowed = found === undefined ? {} : preflightHeaders(found.source, asking);
  return { status: 204, headers: { allow: allowedMethods(path), ...allowed } };
}

function refuseMethod(request: HttpRequest, path: KnownPath): HttpReply {
  const allow = allowedMethods(path);
  return refuse(405, `This address takes ${allow}, not ${request.method}.`, undefined, { allow });
}

function once<Made>(make: () => Made): () => Made {
  let made: { value: Made } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
