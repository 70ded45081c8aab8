import type { Configuration } from '../../adapters/dynamodb/configuration.ts';
import { storeDelivery } from '../../adapters/dynamodb/deliveries.ts';
import { findSecretNames } from '../../adapters/dynamodb/secrets.ts';
import { nameCaller } from '../../core/access/principal.ts';
import { byteBudget } from '../../core/deliveries/byte-budget.ts';
import type { Delivery, FrozenRequest } from '../../core/deliveries/delivery.ts';
import { describePreview } from '../../core/deliveries/describe-request.ts';
import { secretNames } from '../../core/deliveries/fill-request.ts';
import type { Macro, WebhookAction } from '../../core/document/schema.ts';
import { actionKey } from '../../core/macros/apply-macro.ts';
import { deliverWebhook } from '../../core/macros/make-delivery.ts';
import type { RecordContext } from '../../core/tickets/record-values.ts';
import { type HttpReply, notFound, refuse, refuseParameters } from '../kit/http.ts';
import { readBody } from '../kit/read-input.ts';
import { type AdminDependencies, type AdminReply, type Handle, type ProjectCall, pathParameter } from './call.ts';
import { readChosenRecord } from './record-context.ts';
import { MacroTest, type TestedWebhook } from './template-schemas.ts';

type NamedWebhook = { action: string; webhook: WebhookAction };

/** Renders a webhook of a macro for a chosen record, and sends it where that is asked for; the record stays as it is. */
export const testMacro: Handle<ProjectCall> = async (dependencies, call) => {
  const configuration = await dependencies.readConfiguration(call.project);
  const macro = configuration?.document.macros.find(({ key }) => key === pathParameter(call, 'macro'));
  if (configuration === undefined || macro === undefined) return notFound();
  const body = readBody(call.request, MacroTest);
  if (body.outcome === 'refused') return body.reply;
  const webhooks = listWebhooks(macro);
  const chosen = webhooks.find(({ action }) => action === (body.input.action ?? action));
  if (chosen === undefined) return refuseAction(webhooks);
  const wanted = macro.target === 'feedback' ? 'ticket' : 'member';
  const record = await readChosenRecord(dependencies, configuration, body.input, wanted);
  if (record.outcome === 'refused') return record.reply;
  const misfit = findMisfit(macro, record.context);
  if (misfit !== undefined) return refuseParameters([{ parameter: 'ticket', code: 'not_allowed', message: misfit }]);
  const delivery = makeTest(dependencies, call, { configuration, macro, record: record.context }, chosen);
  const { request } = delivery;
  if (request === undefined) {
    const problem = delivery.reason ?? '';
    if (body.input.send) {
      const remedy = 'Mend the macro or the record, or choose another record.';
      return refuse(400, `This webhook cannot be sent for this record: ${problem.replace(/\.$/, '')}. ${remedy}`);
    }
    return answer(200, { action: chosen.action, problem, missingSecrets: [] });
  }
  const shown = { action: chosen.action, ...(await describe(dependencies, call.project, request)) };
  return body.input.send ? await send(dependencies, call, delivery, shown) : answer(200, shown);
};

function listWebhooks({ actions }: Macro): NamedWebhook[] {
  return actions.flatMap((action, place) =>
    action.kind === 'webhook' ? [{ action: actionKey(action, place), webhook: action }] : [],
  );
}

function refuseAction(webhooks: readonly NamedWebhook[]): HttpReply {
  if (webhooks.length === 0) return refuse(400, 'This macro has no webhook to test.');
  const allowed = webhooks.map(({ action }) => action);
  const message = 'This is none of the webhooks of this macro.';
  return refuseParameters([{ parameter: 'action', code: 'invalid_choice', message, allowed }]);
}

function findMisfit({ feedbackType }: Macro, context: RecordContext): string | undefined {
  if (!('ticket' in context) || feedbackType === undefined || context.ticket.feedbackType === feedbackType) {
    return undefined;
  }
  return `The macro is for ${feedbackType}, the ticket is of ${context.ticket.feedbackType}.`;
}

/** The delivery that a run would make, but sent once at most and in nobody's way. */
function makeTest(
  { newId }: AdminDependencies,
  { principal }: ProjectCall,
  { configuration, macro, record }: { configuration: Configuration; macro: Macro; record: RecordContext },
  { action, webhook }: NamedWebhook,
): Delivery {
  const cause = { kind: 'test' as const, key: nameCaller(principal) };
  const { document } = configuration;
  const sending = { document, macro, action, context: record, cause, chain: [], budget: byteBudget(), newId };
  const { latestOnly: _, supersedes: __, ...delivery } = deliverWebhook(sending, webhook);
  return { ...delivery, retry: 'none' };
}

async function describe({ table }: AdminDependencies, project: string, request: FrozenRequest) {
  const needed = secretNames(request);
  const set = needed.length === 0 ? new Set<string>() : await findSecretNames(table, project);
  return { request: describePreview(request), missingSecrets: needed.filter((name) => !set.has(name)) };
}

async function send(
  { table, largeBodies, dueShards, deliveryRetentionDays, now, apiOrigin }: AdminDependencies,
  { project, request }: ProjectCall,
  delivery: Delivery,
  shown: TestedWebhook,
): Promise<AdminReply> {
  for (const stored of await largeBodies.store([delivery])) {
    const outcome = await storeDelivery(table, stored, { dueShards, deliveryRetentionDays, now: now() });
    if (outcome === 'ticket-deleted') return notFound();
  }
  request.note({ macro: delivery.macro, action: delivery.action, delivery: delivery.id });
  const location = `${apiOrigin}/admin/v1/projects/${project}/deliveries/${delivery.id}`;
  return { ...answer(202, { ...shown, delivery: delivery.id }), headers: { location } };
}

function answer(status: 200 | 202, json: TestedWebhook): AdminReply {
  return status === 200 ? { status, json, audit: 'nothing-changed' } : { status, json };
}
