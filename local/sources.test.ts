import { describe, expect, test, vi } from 'vitest';
import { patience, put, queue, received, start } from './stack-harness.ts';

// Stacks start and stop in every test, on machines that do other things as well.
vi.setConfig({ testTimeout: 30_000 });

describe('event sources', () => {
  test('hands messages over, deletes what succeeded and moves what keeps failing to the dead letters', async () => {
    const stack = await start();
    const work = queue(stack, 'Work');
    await Promise.all([work.send('good'), work.send('bad')]);
    await vi.waitFor(async () => expect(await queue(stack, 'DeadLetters').bodies()).toEqual(['bad']), patience);
    const bodies = await received(stack, 'consumed');
    expect(bodies.filter((body) => body === 'good')).toHaveLength(1);
    expect(bodies.filter((body) => body === 'bad')).toHaveLength(2);
  });

  test('hands over what the bucket tells of an object', async () => {
    const stack = await start();
    const upload = (body: string) =>
      fetch(`${stack.origin}/upload`, { method: 'POST', headers: { 'content-type': 'text/plain' }, body });
    expect((await upload('elsewhere/a')).status).toBe(204);
    expect((await upload('attachments/a b')).status).toBe(204);
    const bodies = await vi.waitFor(async () => {
      const consumed = await received(stack, 'consumed');
      expect(consumed).toHaveLength(1);
      return consumed;
    }, patience);
    expect(JSON.parse(bodies[0] ?? '')).toMatchObject({
      Records: [{ eventName: 'ObjectCreated:Post', s3: { object: { key: 'attachments/a+b', size: 5 } } }],
    });
  });

  test('hands matching stream records over in order, and gives up only the one that fails', async () => {
    const stack = await start();
    for (const key of ['a', 'b', 'poison', 'c']) await put(stack, key);
    await put(stack, 'other', 'unwanted');
    await vi.waitFor(async () => expect(await received(stack, 'followed')).toHaveLength(3), patience);
    const [note] = await vi.waitFor(async () => {
      const bodies = await queue(stack, 'Failures').bodies();
      expect(bodies).toHaveLength(1);
      return bodies;
    }, patience);
    expect((await received(stack, 'followed')).sort()).toEqual(['a', 'b', 'c']);
    expect(JSON.parse(note ?? '')).toMatchObject({
      requestContext: { condition: 'RetryAttemptsExhausted', approximateInvokeCount: 2 },
      DDBStreamBatchInfo: { batchSize: 1 },
    });
  });
});
