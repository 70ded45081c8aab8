import { isDate } from '../dates.ts';
import { findNature } from './check-conditions.ts';
import { checkFilterReference, checkTypeFitsTarget } from './check-filters.ts';
import { checkMacroReference, recordOfTarget } from './check-listeners.ts';
import { type Checking, checkApiKey, checkFeedbackType, checkReference } from './checking.ts';
import { type Path, quote } from './problems.ts';
import type { Automation, DataPackage, RecordLookup } from './schema.ts';
import { isTimeZone } from './time-zone.ts';

type Schedule = NonNullable<Automation['schedule']>;

const time = '([01][0-9]|2[0-3]):[0-5][0-9]';
/** How `at` is written for each period (product.md, "Automations"). */
const timesOfPeriod: Record<Schedule['every'], { pattern: RegExp; example: string }> = {
  hour: { pattern: /^:[0-5][0-9]$/, example: ':15' },
  day: { pattern: new RegExp(`^${time}$`), example: '03:00' },
  week: { pattern: new RegExp(`^(MON|TUE|WED|THU|FRI|SAT|SUN) ${time}$`), example: 'MON 03:00' },
  month: { pattern: new RegExp(`^([1-9]|[12][0-9]|3[01]|LAST) ${time}$`), example: '1 03:00 or LAST 03:00' },
};

/** Checks automations: what triggers them, which records they meet, and the macro they run. */
export function checkAutomations(checking: Checking): void {
  checking.document.automations.forEach((automation, index) => {
    checkAutomation(checking, ['automations', index], automation);
  });
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

function checkSchedule({ report }: Checking, path: Path, { every, at, timeZone, start, end }: Schedule): void {
  const { pattern, example } = timesOfPeriod[every];
  if (at !== undefined && !pattern.test(at)) {
    report([...path, 'at'], 'invalid_date', `${quote(at)} is not a time for every: ${every}, such as ${example}`);
  }
  if (!isTimeZone(timeZone)) {
    report(
      [...path, 'timeZone'],
      'invalid_choice',
      `${quote(timeZone)} is not the name of a time zone such as Europe/Berlin`,
    );
  }
  for (const [name, text] of Object.entries({ start, end })) {
    if (text === undefined || isDate(text)) continue;
    report([...path, name], 'invalid_date', `${quote(text)} is not a date such as 2026-11-30 or 2026-11-30T09:15:00Z`);
  }
  if (start === undefined || end === undefined || !isDate(start) || !isDate(end)) return;
  if (Date.parse(start) > Date.parse(end)) report([...path, 'end'], 'out_of_range', 'end is before start');
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
