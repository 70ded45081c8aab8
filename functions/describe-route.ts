import * as z from 'zod';
import { ShownRun } from '../core/runs/show-run.ts';
import type { Content, RouteDescription } from './route-descriptions.ts';

/** The header of what was made or begun. */
export const Location = z.object({ Location: z.string().describe('Where to read it again.') });

/** A route that lists something, page by page. */
export function list(
  tag: string,
  summary: string,
  order: string,
  query: z.ZodObject,
  page: z.ZodType,
  refusals: RouteDescription['refusals'] = [401, 403, 404, 400, 503],
): RouteDescription {
  const answers = { 200: { description: 'A page of the list.', content: json(page) } };
  return { tag, summary, description: order, query, answers, refusals };
}

/** A route that shows one thing. */
export function get(tag: string, summary: string, schema: z.ZodType): RouteDescription {
  return {
    tag,
    summary,
    answers: { 200: { description: 'As it is now.', content: json(schema) } },
    refusals: [401, 403, 404, 503],
  };
}

/** A route that deletes something. */
export function remove(tag: string, summary: string, description: string): RouteDescription {
  return {
    tag,
    summary,
    description,
    answers: { 204: { description: 'It is gone.' } },
    refusals: [401, 403, 404, 503],
  };
}

/** A route that deletes something of which a run clears away the rest. */
export function erase(
  tag: string,
  summary: string,
  description: string,
  refusals: RouteDescription['refusals'] = [401, 403, 404, 503],
): RouteDescription {
  const answers = { 202: { description: 'The run.', headers: Location, content: json(ShownRun) } };
  return { tag, summary, description, answers, refusals };
}

/** A body in JSON, with an example where that helps. */
export function json(schema: z.ZodType, example?: unknown): Content {
  return { 'application/json': example === undefined ? { schema } : { schema, example } };
}
