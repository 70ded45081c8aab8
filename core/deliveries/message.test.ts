import { expect, test } from 'vitest';
import { endpointGroup } from './message.ts';

test('the group of an endpoint fits into a queue, whatever its keys, and differs from those of others', () => {
  const long = 'k'.repeat(63);
  const groups = [
    endpointGroup({ project: long, macro: long, action: long }),
    endpointGroup({ project: long, macro: long, action: 'webhook-1' }),
    endpointGroup({ project: 'a', macro: 'b', action: 'c' }),
  ];
  expect(groups.every((group) => /^[0-9a-f]{32}$/.test(group))).toBe(true);
  expect(new Set(groups).size).toBe(3);
});
