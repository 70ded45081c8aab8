import { describe, expect, test } from 'vitest';
import { readArguments } from './arguments.ts';

describe('readArguments', () => {
  test('has a default for everything', () => {
    expect(readArguments([])).toEqual({ port: 4400, dataDir: '.feedbridge', ephemeral: false });
  });

  test('reads port, folder and --ephemeral', () => {
    const given = readArguments(['--port', '0', '--data-dir=/tmp/x', '--ephemeral']);
    expect(given).toEqual({ port: 0, dataDir: '/tmp/x', ephemeral: true });
  });

  test.each(['-1', '65536', '4400x', ''])('refuses the port %j', (port) => {
    expect(() => readArguments([`--port=${port}`])).toThrow(`'${port}' is none`);
  });

  test('names an option that it does not know', () => {
    expect(() => readArguments(['--prot', '1'])).toThrow(
      "Unknown option '--prot'. Known are --port N, --data-dir DIR and --ephemeral.",
    );
  });
});
