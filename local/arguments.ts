import { parseArgs } from 'node:util';
import { messageOf, StartError } from './start-error.ts';

/** What `npm start --` takes. */
export type Arguments = { port: number; dataDir: string; ephemeral: boolean };

const usage = 'Known are --port N, --data-dir DIR and --ephemeral.';

/** Reads the command line; a StartError says what is wrong with it. */
export function readArguments(args: readonly string[]): Arguments {
  const { port, 'data-dir': dataDir, ephemeral } = parse(args);
  const number = Number(port);
  if (!/^\d+$/.test(port) || number > 65_535) {
    throw new StartError(`--port needs a number from 0 to 65535, and '${port}' is none.`);
  }
  if (dataDir === '') throw new StartError('--data-dir needs a folder.');
  return { port: number, dataDir, ephemeral };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        port: { type: 'string', default: '4400' },
        'data-dir': { type: 'string', default: '.feedbridge' },
        ephemeral: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    throw new StartError(`${messageOf(error).split('. ')[0]}. ${usage}`, { cause: error });
  }
}
