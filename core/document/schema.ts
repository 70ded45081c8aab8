import * as z from 'zod';
import * as automations from './schema-automations.ts';
import * as externalData from './schema-external-data.ts';
import * as feedbackTypes from './schema-feedback-types.ts';
import * as filters from './schema-filters.ts';
import * as listeners from './schema-listeners.ts';
import * as macros from './schema-macros.ts';
import { Key, Name, VariableName } from './schema-names.ts';
import * as people from './schema-people.ts';
import * as sources from './schema-sources.ts';

/** Most members one document seeds: they are stored within one request, and its answer names each change. */
const maxMembers = 5_000;

/** Longest value of a variable, in characters. */
const maxVariableLength = 10_000;

/** All configuration of a project, as its document says it, with every default filled in. */
export const ProjectDocument = z
  .strictObject({
    project: z.strictObject({
      key: Key,
      name: Name,
      notices: z
        .strictObject({
          macro: Key.optional().describe(
            'Runs on the ticket or member concerned, or on each project manager; reads ((request./event)), ((request./reason)), ((request./endpoint/macro)), ((request./endpoint/action)), ((request./ticket)).',
          ),
        })
        .optional()
        .describe(
          'How project managers are told of webhooks that fail, are paused or resumed; by e-mail where absent.',
        ),
    }),
    variables: z
      .record(VariableName, z.string().max(maxVariableLength))
      .default({})
      .describe("Plain values, read as ((var.name)); a stage's settings may override them."),
    teams: z.array(people.Team).default([]),
    members: z
      .array(people.MemberSeed)
      .max(maxMembers)
      .default([])
      .describe('A seed: nobody is removed, and nobody who is not listed is touched.'),
    feedbackTypes: z.array(feedbackTypes.FeedbackType).default([]),
    externalDataGroups: z.array(externalData.ExternalDataGroup).default([]),
    filters: z.array(filters.Filter).default([]),
    externalSources: z.array(sources.ExternalSource).default([]),
    macros: z.array(macros.Macro).default([]),
    externalListeners: z.array(listeners.ExternalListener).default([]),
    automations: z.array(automations.Automation).default([]),
    dataPackages: z.array(automations.DataPackage).default([]),
    recordLookups: z.array(automations.RecordLookup).default([]),
  })
  .describe('All configuration of a Feedbridge project.');
export type ProjectDocument = z.infer<typeof ProjectDocument>;

// What other code reads, by its name. The schemas stand in the file of their subject.
export type FeedbackType = ProjectDocument['feedbackTypes'][number];
export type Field = FeedbackType['fields'][number];
export type Workflow = FeedbackType['workflows'][number];
export type ExternalDataField = ProjectDocument['externalDataGroups'][number]['fields'][number];
export type ExternalSource = ProjectDocument['externalSources'][number];
export type ExternalListener = ProjectDocument['externalListeners'][number];
export type Macro = ProjectDocument['macros'][number];
export type Action = Macro['actions'][number];
export type WebhookAction = Extract<Action, { kind: 'webhook' }>;
export type Automation = ProjectDocument['automations'][number];
export type DataPackage = ProjectDocument['dataPackages'][number];
export type RecordLookup = ProjectDocument['recordLookups'][number];
