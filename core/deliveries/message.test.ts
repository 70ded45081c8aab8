import { expect, test } from 'vitest';
import { endpointId } from './message.ts';

test('the id of an endpoint fits into a queue, whatever its keys, and differs from those of others', () => {
  const long = 'k'.repeat(63);
  const groups = [
    endpointId({ project: long, macro: long, action: long }),
    endpointId({ project: long, macro: long, action: 'webhook-1' }),
    endpointId({ project: 'a', macro: 'b', action: 'c' }),
  ];
  expect(groups.every((group) => /^[0-9a-f]{16}$/.test(group))).toBe(true);
  expect(new Set(groups).size).toBe(3);
});
