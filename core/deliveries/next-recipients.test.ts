import { expect, test } from 'vitest';
import { nextRecipients } from './next-recipients.ts';

test('some recipients come at a time, in the order of their addresses, each once', () => {
  const addresses = ['c@example.com', 'a@example.com', 'b@example.com', 'a@example.com'];
  const first = nextRecipients({}, addresses, 2);
  expect(first).toEqual({ next: ['a@example.com', 'b@example.com'], areLast: false });
  const rest = nextRecipients({ toldUpTo: 'b@example.com' }, addresses, 2);
  expect(rest).toEqual({ next: ['c@example.com'], areLast: true });
  expect(nextRecipients({}, [], 2)).toEqual({ next: [], areLast: true });
});
