import type { ExternalListener, ProjectDocument } from '../../core/document/schema.ts';
import { exampleCall } from '../../core/snippets/example-call.ts';
import { exampleReport } from '../../core/snippets/example-report.ts';
import { type PostmanCall, writePostman } from '../../core/snippets/write-postman.ts';
import { findSource } from '../../core/sources/find-source.ts';
import { notFound } from '../kit/http.ts';
import type { AdminDependencies, Handle, ProjectCall } from './call.ts';
import { chooseSubmitter } from './snippets.ts';

/** Answers with a Postman collection of all sources and listeners of a project. */
export const showPostman: Handle<ProjectCall> = async (dependencies, call) => {
  const document = (await dependencies.readConfiguration(call.project))?.document;
  if (document === undefined) return notFound();
  const collection = writePostman({
    name: document.project.name,
    baseUrl: dependencies.apiOrigin,
    variables: [
      { key: 'ticket', value: exampleTicket(document) },
      { key: 'member', value: 'jim@example.com' },
    ],
    folders: [
      { name: 'External sources', calls: await listSources(dependencies, call, document) },
      {
        name: 'External listeners',
        calls: document.externalListeners.map((listener) => describeListener(document, listener)),
      },
    ],
  });
  const headers = { 'content-disposition': `attachment; filename="${call.project}.postman_collection.json"` };
  return { status: 200, headers, json: collection };
};

async function listSources(
  dependencies: AdminDependencies,
  call: ProjectCall,
  document: ProjectDocument,
): Promise<PostmanCall[]> {
  // One address is looked for, however many sources there are.
  const someone = await chooseSubmitter(dependencies, call, {});
  return document.externalSources.flatMap((source) => {
    const found = findSource(document, source.key);
    if (found === undefined) return [];
    const submitter = call.member?.email ?? source.defaultSubmitter ?? someone;
    const { body, notes } = exampleReport(source, found.feedbackType, submitter);
    const signed = describeSignature(source.signature);
    return {
      name: source.name,
      description: [`Creates a ticket of ${found.feedbackType.name}.`, ...signed, ...notes].join('\n\n'),
      path: ['api', 'v1', 'projects', document.project.key, 'feedback', source.key],
      apiKey: source.apiKey,
      body,
    };
  });
}

function describeListener(document: ProjectDocument, listener: ExternalListener): PostmanCall {
  const found = listener.target === 'feedback' ? '{{ticket}}' : '{{member}}';
  const kind = listener.target === 'feedback' ? 'feedbackListeners' : 'userListeners';
  const does = {
    macro: 'Runs a macro. Its templates may read the body.',
    comment: 'Adds a comment.',
    data: 'Stores external data.',
  }[listener.type];
  return {
    name: listener.name,
    description: [does, ...describeSignature(listener.signature)].join('\n\n'),
    path: ['api', 'v1', 'projects', document.project.key, kind, listener.key],
    find: listener.find === undefined ? found : undefined,
    apiKey: listener.apiKey,
    body: exampleCall(listener, document, found),
  };
}

function describeSignature(signature: ExternalListener['signature']): string[] {
  if (signature === undefined) return [];
  return ['Takes signed calls only, which Postman does not make by itself: the snippets of a source show how to sign.'];
}

function exampleTicket({ feedbackTypes }: ProjectDocument): string {
  const [type] = feedbackTypes;
  return type === undefined ? 'BUG-0001' : `${type.idPrefix}-${'1'.padStart(type.idDigits, '0')}`;
}
