import * as z from 'zod';
import { ActionTarget, Visibility } from './schema-listeners.ts';
import { Key, Name, StatusKey, Template } from './schema-names.ts';
import { WebhookAction } from './schema-webhook-action.ts';

/** Most actions of one macro (product.md, "Macro actions"). */
const maxActions = 20;

const actionKey = Key.optional().describe('Names the action in logs; default is kind and place, such as webhook-1.');
const FieldTemplate = z.union([z.string(), z.number(), z.boolean(), z.array(z.string()), z.null()]);

/** Sets a ticket's workflow, status and team. */
const WorkflowAction = z
  .strictObject({
    kind: z.literal('workflow'),
    key: actionKey,
    workflow: Key.optional(),
    status: z
      .union([
        StatusKey,
        z.strictObject({
          from: Template.describe('A template, such as ((request./issue/fields/status/name)).'),
          map: z.record(z.string().min(1).max(200), StatusKey).describe('Their values to our statuses.'),
        }),
      ])
      .optional()
      .describe('A status, or a value of the caller and how it maps to statuses.'),
    team: Key.optional().describe("The responsible team; default is the status' own."),
  })
  .describe("Sets a ticket's workflow, status and team.");

/** Sets fields of a ticket. */
const SetFieldsAction = z
  .strictObject({
    kind: z.literal('setFields'),
    key: actionKey,
    fields: z.record(Key, FieldTemplate).describe('Field keys to values; texts may hold tags, null empties the field.'),
  })
  .describe('Sets fields of a ticket.');

/** Adds a comment. */
const CommentAction = z
  .strictObject({
    kind: z.literal('comment'),
    key: actionKey,
    text: Template.min(1),
    visibility: Visibility.default('internal'),
    onlyIfChanged: z.boolean().default(false).describe('Only where the macro changes something.'),
  })
  .describe('Adds a comment.');

/** Adds to a score. */
const ScoreAction = z
  .strictObject({
    kind: z.literal('score'),
    key: actionKey,
    points: z.int().min(-1_000_000).max(1_000_000),
    reason: z.string().max(1_000).optional(),
  })
  .describe("Adds to the submitter's or member's score.");

/** Adds to teams and removes from teams. */
const TeamsAction = z
  .strictObject({
    kind: z.literal('teams'),
    key: actionKey,
    add: z.array(Key).default([]),
    remove: z.array(Key).default([]),
  })
  .describe('Adds the submitter or member to teams, and removes them from teams.');

/** Sends an e-mail. */
const EmailAction = z
  .strictObject({
    kind: z.literal('email'),
    key: actionKey,
    to: Template.min(1).describe('An address, or a tag that gives one; several are separated by commas.'),
    subject: Template.min(1),
    text: Template.min(1),
  })
  .describe('Sends an e-mail.');

/** One action of a macro. */
const Action = z.discriminatedUnion('kind', [
  WebhookAction,
  WorkflowAction,
  SetFieldsAction,
  CommentAction,
  ScoreAction,
  TeamsAction,
  EmailAction,
]);

/** A named list of actions, applied to one ticket or one member. */
export const Macro = z
  .strictObject({
    key: Key,
    name: Name,
    target: ActionTarget,
    feedbackType: Key.optional().describe('Without it, only tags that every feedback type has.'),
    showAsAction: z
      .strictObject({ teams: z.array(Key).min(1) })
      .optional()
      .describe("Lists it in the ticket's actions."),
    confirm: z.boolean().default(false).describe('Ask before running it by hand.'),
    actions: z.array(Action).min(1).max(maxActions),
  })
  .describe('A named list of actions, applied to one ticket or one member; it never runs by itself.');
