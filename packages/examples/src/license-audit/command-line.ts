// What a person asks for: read from the command line, checked whole.
import { parseArgs } from 'node:util';

/** An audit to be run, help to be shown, or what is wrong. */
export type Command = AuditCommand | { readonly kind: 'help' } | { readonly kind: 'wrong'; readonly why: string };

export interface AuditCommand {
  readonly kind: 'audit';
  /** The project's folder; undefined for this repository. */
  readonly project: string | undefined;
  /** Consumers of each worker process. */
  readonly consumers: number;
  readonly hasKills: boolean;
  /** Whether it leaves when the report is made, even on a terminal. */
  readonly isOnce: boolean;
  /** The folder for the report. */
  readonly out: string;
}

export const USAGE = `Usage: npm start -- [project] [options]

Audits the licenses of all packages installed in a project (by default, this repository):
two worker processes scan each package and classify the text of its license.
The queues are on a Redis server of the audit's own, which ends with it. A dashboard shows them, and the workers, live.

  project            a folder that holds node_modules
  --out <folder>     where report.html and report.json are written (default: the current folder)
  --consumers <n>    consumers of each worker process, from 2 to 1000 (default: 8)
  --kill             kill one worker process each second, at least five times, until a job was lost ten times
  --once             leave when the report is made, as without a terminal; else a few packages a second are
                     checked again until Ctrl-C, so that there is something to watch
  --help             show this`;

export function readCommand(args: readonly string[]): Command {
  try {
    const { values, positionals } = parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
    if (values.help === true) return { kind: 'help' };
    const consumers = readConsumers(values.consumers);
    if (consumers === undefined)
      return wrong(`expected --consumers to be a number from 2 to 1000, got "${values.consumers}"`);
    if (positionals.length > 1)
      return wrong(`expected one project at most, got ${positionals.length}: ${positionals.join(' ')}`);
    const { out = '.', kill: hasKills = false, once: isOnce = false } = values;
    return { kind: 'audit', project: positionals[0], consumers, hasKills, isOnce, out };
  } catch (error) {
    return wrong((error as Error).message);
  }
}

const OPTIONS = {
  out: { type: 'string' },
  consumers: { type: 'string' },
  kill: { type: 'boolean' },
  once: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** Two at least: one of each queue. */
function readConsumers(text = '8'): number | undefined {
  const count = Number(text);
  return /^\d+$/.test(text) && count >= 2 && count <= 1_000 ? count : undefined;
}

function wrong(why: string): Command {
  return { kind: 'wrong', why: `${why}\nSee --help for all that can be asked for.` };
}
