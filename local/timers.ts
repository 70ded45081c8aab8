import { randomUUID } from 'node:crypto';
import type { Functions } from './functions.ts';
import { Rule } from './known-resources.ts';
import { account, region } from './place.ts';
import type { Provisioned } from './provision.ts';
import { parseRate } from './rate.ts';
import { type Assembly, resourcesOf } from './template.ts';

/** Fires every rule of the template now and then at its rate, until it is stopped. */
export function startTimers(
  assembly: Assembly,
  { references }: Provisioned,
  functions: Functions,
): { stop: () => void } {
  const timers = resourcesOf(assembly, Rule, references).map(({ id, properties }) => {
    const everyMs = parseRate(properties.ScheduleExpression);
    const targets = properties.Targets.map(({ Arn }) => functions.get(Arn));
    const fire = () => {
      const event = scheduledEvent(references.attribute(id, 'Arn'), new Date(), randomUUID());
      // What fails is in the function's log; the next firing does its work.
      for (const target of targets) void target.invoke(event);
    };
    fire();
    return setInterval(fire, everyMs);
  });
  return { stop: () => timers.forEach(clearInterval) };
}

function scheduledEvent(ruleArn: string, now: Date, id: string) {
  return {
    version: '0',
    id,
    'detail-type': 'Scheduled Event',
    source: 'aws.events',
    account,
    time: now.toISOString().replace(/\.\d+/, ''),
    region,
    resources: [ruleArn],
    detail: {},
  };
}
