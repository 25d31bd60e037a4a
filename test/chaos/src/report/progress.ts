// How it goes, on a terminal in one line that changes, elsewhere in lines now and then.
import type { WriteStream } from 'node:tty';

export interface Progress {
  /** What stays. */
  readonly say: (line: string) => void;
  /** What the next word replaces. */
  readonly tell: (progress: string) => void;
}

export function progressLine(out: Pick<WriteStream, 'write' | 'isTTY'>): Progress {
  if (!out.isTTY) return { say: (line) => out.write(`${line}\n`), tell: () => undefined };
  return {
    say: (line) => out.write(`${CLEAR}${line}\n`),
    tell: (progress) => out.write(`${CLEAR}${progress.slice(0, 118)}`),
  };
}

const CLEAR = '\r\u001B[K';
