import { Presets, SingleBar } from 'cli-progress';
import type { Terminal } from './terminal.ts';

/** Shows how far something has come: a bar where somebody watches, a line at each tenth elsewhere. */
export type Progress = {
  /** Says where it stands; `note` is what else is worth knowing now. */
  show(done: number, total: number, note?: string): void;
  /** Ends it; what is said afterwards begins on a line of its own. */
  stop(): void;
};

/** Opens the progress of one piece of work, counted in `unit`. */
export function openProgress(
  terminal: Pick<Terminal, 'isWatched' | 'say'> & { stderr: NodeJS.WritableStream },
  unit: string,
): Progress {
  return terminal.isWatched ? openBar(terminal.stderr, unit) : openLines(terminal.say, unit);
}

function openBar(stream: NodeJS.WritableStream, unit: string): Progress {
  const bar = new SingleBar(
    { stream, format: `{bar} {percentage}%  {value} of {total} ${unit}  {note}`, hideCursor: true, barsize: 30 },
    Presets.shades_classic,
  );
  let isShown = false;
  return {
    show(done, total, note = '') {
      if (!isShown) bar.start(total, done, { note });
      isShown = true;
      bar.setTotal(total);
      bar.update(done, { note });
    },
    stop() {
      if (isShown) bar.stop();
      isShown = false;
    },
  };
}

function openLines(say: (line: string) => void, unit: string): Progress {
  let said = -1;
  return {
    show(done, total, note = '') {
      const tenth = total === 0 ? 0 : Math.floor((done / total) * 10);
      if (tenth <= said) return;
      said = tenth;
      say(`${done} of ${total} ${unit}${note === '' ? '' : `, ${note}`}`);
    },
    stop() {},
  };
}
