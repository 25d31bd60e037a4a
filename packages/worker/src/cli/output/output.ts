// What a command prints: words and tables for people, or one JSON document for programs.
import picocolors from 'picocolors';

/** A result in both forms. */
export interface Printable {
  /** What is undefined in it is left out. */
  readonly json: object;
  /** Ends with a newline. */
  readonly text: () => string;
}

/** Writes a command's result to standard output. */
export function print(isJson: boolean | undefined, { json, text }: Printable): void {
  process.stdout.write(isJson ? `${JSON.stringify(json, null, 2)}\n` : text());
}

/** Colours, where somebody can see them: on a terminal, unless NO_COLOR says no. */
export const colours = picocolors.createColors(
  isTerminal() && !process.env['NO_COLOR'] && process.env['TERM'] !== 'dumb',
);

/** Of a pipe `isTTY` is undefined, for which picocolors has a guess of its own: colours wherever CI is set. */
function isTerminal(): boolean {
  return 'isTTY' in process.stdout && process.stdout.isTTY;
}

/** `1 job`, `12,000 jobs`. */
export function counted(count: number, noun: string, plural = `${noun}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? noun : plural}`;
}
