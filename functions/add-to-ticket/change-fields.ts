import { followChange } from '../../core/macros/begin-chain.ts';
import { diffTickets } from '../../core/records/diff-records.ts';
import type { ParameterError } from '../../core/reply-errors.ts';
import { readAddition } from '../../core/sources/read-addition.ts';
import { editFields } from '../../core/tickets/edit-fields.ts';
import { FoundTicket, type Ticket } from '../../core/tickets/ticket.ts';
import { findTooLarge, type TooLarge } from '../../core/tickets/ticket-size.ts';
import { readOptions } from '../kit/call-options.ts';
import { type HttpReply, notFound, refuse, refuseContended, refuseParameters } from '../kit/http.ts';
import { readJsonObject } from '../kit/json-body.ts';
import { type Decided, storeDecided } from '../kit/store-decided.ts';
import type { ChangedFields } from './answer.ts';
import { type AddCall, type AddDependencies, type HandleAddition, loadOwn, maxAddMs } from './call.ts';

/** What a change came to. */
type Changing =
  | { outcome: 'gone' }
  | { outcome: 'refused'; reply: HttpReply }
  | { outcome: 'changed'; answer: ChangedFields }
  | { outcome: 'rejected'; errors: ParameterError[] }
  | TooLarge;

/** Changes the fields that the app names of a ticket that it created, with all that follows. */
export const changeFields: HandleAddition = async (dependencies, call) => {
  const deadline = dependencies.now() + maxAddMs;
  const stored = await storeDecided(dependencies, () => decide(dependencies, call), deadline);
  if (stored.outcome !== 'stored') {
    return refuseContended('Too much is going on at once: the ticket was not changed. Try again shortly.');
  }
  const { answer } = stored;
  switch (answer.outcome) {
    case 'gone':
      return notFound();
    case 'refused':
      return answer.reply;
    case 'rejected':
      return refuseParameters(answer.errors);
    case 'too-large':
      return refuse(413, `The ticket would have ${answer.bytes} bytes; at most ${answer.maxBytes} are allowed.`);
    case 'changed':
      return { status: 200, json: answer.answer };
  }
};

async function decide(dependencies: AddDependencies, call: AddCall): Promise<Decided<Changing>> {
  const { newId, now, largeBodies } = dependencies;
  const { configuration, request, source, feedbackType } = call;
  const loaded = await loadOwn(dependencies, call);
  if (loaded === undefined) return { answer: { outcome: 'gone' } };
  const body = readJsonObject(request);
  if (body.outcome === 'refused') return { answer: body };
  const options = readOptions(request);
  if (options.outcome === 'rejected') return { answer: options };
  const { context: before, memberVersion, ranOnce } = loaded;
  const { given, ignoredParameters } = readAddition(source, feedbackType, body.object);
  const errors: ParameterError[] = [];
  const edited: Ticket = { ...before.ticket, fields: editFields(before.ticket.fields, given, errors) };
  if (errors.length > 0) return { answer: { outcome: 'rejected', errors } };
  const tooLarge = findTooLarge(edited);
  if (tooLarge !== undefined) return { answer: tooLarge };
  const answerWith = (ticket: Ticket, dryRun?: true): Changing => {
    const said = dryRun === undefined ? {} : { dryRun };
    return {
      outcome: 'changed',
      answer: { status: 200, ...said, ticket: FoundTicket.parse(ticket), ignoredParameters },
    };
  };
  if (options.dryRun) return { answer: answerWith(before.ticket, true) };
  const changes = diffTickets(before.ticket, edited);
  if (changes.length === 0) return { answer: answerWith(before.ticket) };
  const decided = followChange(
    { document: configuration.document, context: before, memberVersion, ranOnce, newId },
    {
      context: { ...before, ticket: edited },
      cause: { kind: 'source', key: source.key },
      changes,
      comments: [],
      lookups: { added: [], removed: [] },
    },
  );
  const consequence = { ...decided, deliveries: await largeBodies.store(decided.deliveries) };
  const ticket = 'ticket' in consequence.context ? consequence.context.ticket : edited;
  const write = { before, memberVersion, consequence, token: newId() };
  return { answer: answerWith(ticket), toStore: { write, now: now() } };
}
