import * as z from 'zod';
import { ExplainedAutomation } from '../../core/automations/explain-automation.ts';
import { ExplainedWhere } from '../../core/filters/explain-filter.ts';

/** What is to be explained for a record: one of these, or all automations. */
export const ExplainQuery = z.object({
  filter: z.string().optional().describe('The key of a saved filter.'),
  automation: z.string().optional().describe('The key of an automation; without any parameter all are explained.'),
  listener: z.string().optional().describe('The key of an external listener, whose filter is explained.'),
  where: z.string().optional().describe('Conditions as JSON, such as `{"field":"severity","op":"isEmpty"}`.'),
});

/** Why a record matches, or does not: either `automations`, or what the asked filter comes to. */
export const Explanation = z
  .object({
    automations: z.array(ExplainedAutomation).optional().describe("In the document's order."),
    more: z.int().optional().describe('Automations that had no room in the answer: ask for them by `automation`.'),
    matches: z.boolean().optional().describe('Whether the record fulfils what was asked for.'),
    says: z.string().optional().describe('Why, for people.'),
    conditions: ExplainedWhere.optional().describe('Condition by condition; absent where there are none, or too many.'),
  })
  .meta({ id: 'Explanation' });
export type Explanation = z.infer<typeof Explanation>;
