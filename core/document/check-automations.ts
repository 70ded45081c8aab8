import { findNature } from './check-conditions.ts';
import { checkFilterReference, checkTypeFitsTarget } from './check-filters.ts';
import { checkMacroReference, recordOfTarget } from './check-listeners.ts';
import { checkSchedule } from './check-schedules.ts';
import { type Checking, checkApiKey, checkFeedbackType, checkReference } from './checking.ts';
import type { Path } from './problems.ts';
import type { Automation, DataPackage, RecordLookup } from './schema.ts';
import { maxWhereBytes } from './schema-filters.ts';

/** Automations with a schedule that one document may have. */
const maxSchedules = 500;

/** Checks automations: what triggers them, which records they meet, and the macro they run. */
export function checkAutomations(checking: Checking): void {
  let schedules = 0;
  checking.document.automations.forEach((automation, index) => {
    const path = ['automations', index];
    checkAutomation(checking, path, automation);
    if (automation.schedule === undefined) return;
    schedules += 1;
    // All their times lie in one item of the table, which takes 400 KB.
    if (schedules === maxSchedules + 1)
      checking.report([...path, 'schedule'], 'too_long', `a document may have ${maxSchedules} schedules at most`);
    checkRunConditions(checking, [...path, 'filter'], automation);
  });
}

/** A run keeps its conditions, and they are read with each of its pages. */
function checkRunConditions({ document, report }: Checking, path: Path, { filter }: Automation): void {
  const where = typeof filter === 'string' ? document.filters.find(({ key }) => key === filter)?.where : filter;
  if (where === undefined || Buffer.byteLength(JSON.stringify(where)) <= maxWhereBytes) return;
  const message = `the conditions of a scheduled automation may have ${maxWhereBytes} bytes of JSON at most: split it`;
  report(path, 'too_long', message);
}

function checkAutomation(checking: Checking, path: Path, automation: Automation): void {
  const { document, names, report, isGiven } = checking;
  const { trigger, schedule, unless } = automation;
  const isTriggered = trigger !== undefined || isGiven([...path, 'trigger']);
  const isScheduled = schedule !== undefined || isGiven([...path, 'schedule']);
  if (isTriggered && isScheduled)
    report([...path, 'schedule'], 'not_allowed', 'an automation has a trigger or a schedule, not both');
  if (!isTriggered && !isScheduled)
    report([...path, 'trigger'], 'required', 'a trigger (submit, modify) or a schedule is required');
  if (schedule !== undefined) checkSchedule(checking, [...path, 'schedule'], schedule);

  const macro = document.macros.find(({ key }) => key === automation.macro);
  // Only tickets are submitted; what is modified or scheduled may be either.
  checkMacroReference(checking, path, automation, trigger === 'submit' ? 'feedback' : undefined);
  const target = recordOfTarget[macro?.target ?? 'feedback'];
  if (macro !== undefined) checkTypeFitsTarget(checking, path, { target, feedbackType: automation.feedbackType });
  checkFeedbackType(checking, [...path, 'feedbackType'], automation.feedbackType);
  checkFilterReference(checking, [...path, 'filter'], automation.filter, {
    target,
    feedbackType: automation.feedbackType ?? macro?.feedbackType,
    allowsChanged: trigger === 'modify',
  });
  if (automation.limit !== undefined && target === 'member') {
    report([...path, 'limit'], 'not_allowed', 'oncePerTicket is for tickets, and this macro is for members');
  }
  if (unless === undefined) return;
  checkReference(
    checking,
    [...path, 'unless', 'listener'],
    unless.listener,
    names.of('externalListeners'),
    'a listener of this document',
  );
}

/** Checks data packages and record lookups: who may read, which records, and their columns. */
export function checkReadEndpoints(checking: Checking): void {
  const { document } = checking;
  document.dataPackages.forEach((dataPackage, index) => {
    const path = ['dataPackages', index];
    checkReadEndpoint(checking, path, dataPackage);
    const { target, feedbackType, filter } = dataPackage;
    checkFilterReference(checking, [...path, 'filter'], filter, { target, feedbackType, allowsChanged: false });
  });
  document.recordLookups.forEach((lookup, index) => {
    checkReadEndpoint(checking, ['recordLookups', index], lookup);
  });
}

function checkReadEndpoint(checking: Checking, path: Path, endpoint: DataPackage | RecordLookup): void {
  checkApiKey(checking, [...path, 'apiKey'], endpoint.apiKey);
  checkTypeFitsTarget(checking, path, endpoint);
  checkFeedbackType(checking, [...path, 'feedbackType'], endpoint.feedbackType);
  endpoint.columns.forEach((column, index) => {
    findNature(checking, [...path, 'columns', index], column, endpoint);
  });
}
