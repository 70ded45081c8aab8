import { findSecretNames } from '../../adapters/dynamodb/secrets.ts';
import { scopeOfMembers, scopeOfTickets } from '../../core/macros/tag-scopes.ts';
import { filterGuide } from '../../core/templates/filters.ts';
import { listTags } from '../../core/templates/list-tags.ts';
import { notFound, refuseParameters } from '../kit/http.ts';
import { readQuery } from '../kit/read-input.ts';
import type { Handle, ProjectCall } from './call.ts';
import { TagsQuery } from './template-schemas.ts';

/** Lists the tags and filters that templates of a macro can use, for editors to complete. */
export const listProjectTags: Handle<ProjectCall> = async ({ table, readConfiguration }, { request, project }) => {
  const configuration = await readConfiguration(project);
  if (configuration === undefined) return notFound();
  const query = readQuery(request, TagsQuery);
  if (query.outcome === 'refused') return query.reply;
  const { document } = configuration;
  const { feedbackType } = query.input;
  const target = query.input.target === 'feedback' ? 'ticket' : 'member';
  const types = document.feedbackTypes.map(({ key }) => key);
  if (feedbackType !== undefined && target === 'member') {
    const message = 'Macros for members have no feedback type: leave it out.';
    return refuseParameters([{ parameter: 'feedbackType', code: 'not_allowed', message }]);
  }
  if (feedbackType !== undefined && !types.includes(feedbackType)) {
    const message = 'There is no such feedback type.';
    return refuseParameters([{ parameter: 'feedbackType', code: 'invalid_choice', message, allowed: types }]);
  }
  const scope = target === 'ticket' ? scopeOfTickets(document, feedbackType) : scopeOfMembers(document);
  const secretNames = await findSecretNames(table, project);
  const items = listTags({ scope, document, target, feedbackType, secretNames });
  return { status: 200, json: { items, filters: filterGuide } };
};
