import { findVersion, listVersions } from '../../adapters/dynamodb/document-versions.ts';
import { findDocument } from '../../adapters/dynamodb/projects.ts';
import type { CursorList } from '../../core/cursors.ts';
import { diffDocuments } from '../../core/document/diff-documents.ts';
import { notFound, refuseParameters } from '../kit/http.ts';
import { readQuery } from '../kit/read-input.ts';
import { formatOfAnswer } from './accept-type.ts';
import { type AdminDependencies, type Handle, type ProjectCall, pathParameter } from './call.ts';
import { ComparisonQuery } from './document-schemas.ts';
import { writeDocument } from './document-text.ts';
import { answerPage, readPlace } from './paging.ts';
import { PageQuery } from './schemas.ts';
import { showChanges } from './show-changes.ts';

/** Lists the versions of a project's document, newest first. */
export const listDocumentVersions: Handle<ProjectCall> = async (dependencies, { request, project }) => {
  const { table, now } = dependencies;
  const query = readQuery(request, PageQuery);
  if (query.outcome === 'refused') return query.reply;
  const list: CursorList = { route: request.routeKey, project, filters: {} };
  const place = await readPlace(dependencies, list, query.input.cursor);
  if (place.outcome === 'refused') return place.reply;
  const after = place.input === undefined ? undefined : Number(place.input);
  const page = await listVersions(table, project, { limit: query.input.limit, after, now: now() });
  return await answerPage(dependencies, list, page);
};

/** Answers with the document as it was, in a form that can be applied again. */
export const getDocumentVersion: Handle<ProjectCall> = async (dependencies, call) => {
  const document = await readVersion(dependencies, call.project, readNumber(pathParameter(call, 'version')));
  if (document === undefined) return notFound();
  // Without its ETag: what a restored document replaces is the one in force.
  const raw = writeDocument(document, formatOfAnswer(call.request.headers.accept));
  return { status: 200, headers: { vary: 'Accept' }, raw };
};

/** Says what changed from one version to another, the one before it unless told. */
export const compareDocumentVersions: Handle<ProjectCall> = async (dependencies, call) => {
  const query = readQuery(call.request, ComparisonQuery);
  if (query.outcome === 'refused') return query.reply;
  const version = readNumber(pathParameter(call, 'version'));
  const document = await readVersion(dependencies, call.project, version);
  if (version === undefined || document === undefined) return notFound();
  const against = query.input.against ?? version - 1;
  // Before its first version a project has nothing.
  const before = against === 0 ? {} : await readVersion(dependencies, call.project, against);
  if (before === undefined) {
    const message = `Version ${against} is not there, or not any more: superseded versions are kept for 90 days.`;
    return refuseParameters([{ parameter: 'against', code: 'invalid_choice', message }]);
  }
  return { status: 200, json: { version, against, ...showChanges(diffDocuments(before, document)) } };
};

/** The document of a version; undefined where there is none, or none any more. */
async function readVersion(
  { table, now }: AdminDependencies,
  project: string,
  version: number | undefined,
): Promise<unknown> {
  const found = version === undefined ? undefined : await findVersion(table, project, version, now());
  if (found === undefined) return undefined;
  const read = await findDocument(table, found.stored);
  return read.outcome === 'found' ? read.document : undefined;
}

/** A version's number as URLs spell it. */
function readNumber(text: string): number | undefined {
  return /^[1-9]\d{0,8}$/.test(text) ? Number(text) : undefined;
}
