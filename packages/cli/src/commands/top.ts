// `acktor top`: the fleet live in a terminal.
import { setTimeout as sleep } from 'node:timers/promises';
import { connectFleet, type ConnectedFleet, type FleetWatcher } from '@acktor/core/engine';
import type { Command } from 'commander';
import { operatorCommand, operatorOptions, withOperatorFlags, type OperatorFlags } from './operator-command.js';
import { printJson, write } from '../output/output.js';
import { FleetPicture } from '../top/fleet-picture.js';
import { showLive } from '../top/live-screen.js';
import { topPage } from '../top/top-page.js';

/** The command, ready to be added to a program. */
export function topCommand(): Command {
  const command = operatorCommand('top', 'watch the fleet live in the terminal').description(
    'Shows what every queue, worker process and consumer does, as it happens. Workers publish only while they are watched.',
  );
  return withOperatorFlags(command, 'print each report as a line of JSON, until it is ended')
    .addHelpText('after', EXPLANATION)
    .action((flags: OperatorFlags) => top(flags));
}

async function top(flags: OperatorFlags): Promise<void> {
  await using fleet = await connectFleet(await operatorOptions(flags));
  if (flags.json) await stream(fleet);
  else if (process.stdout.isTTY && process.stdin.isTTY) await showLive(fleet);
  else await once(fleet);
}

/** Prints a line for each report of the fleet, until the program is ended. */
async function stream(fleet: ConnectedFleet): Promise<void> {
  const watcher: FleetWatcher = {
    onReport: (report) => printJson({ type: 'report', report }),
    onFrame: (frame) => printJson({ type: 'frame', frame }),
    onGone: (workerId, how) => printJson({ type: 'gone', workerId, how }),
    onConnection: (state) => printJson({ type: 'connection', state }),
  };
  const ending = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => ending.abort());
  await fleet.watch(watcher, ending.signal);
}

/** Prints one page, for a file or a pipe: after a second there are rates. */
async function once(fleet: ConnectedFleet): Promise<void> {
  const picture = new FleetPicture();
  const ending = new AbortController();
  const watching = fleet.watch(picture, ending.signal);
  await sleep(ONCE_AFTER_MS);
  ending.abort();
  await watching;
  const page = topPage(picture, { sort: 'time in state', isPaused: false, lines: Infinity, nowMs: Date.now() });
  write(process.stdout, page);
}

const ONCE_AFTER_MS = 1_200;

const EXPLANATION = `
Keys: q ends, p pauses, s sorts the held jobs by another column.
A process that left or died stays on the page for ten seconds.
Where standard output is no terminal one page is printed. With --json every report, frame and end is a line, until SIGINT.

Exit codes: 0 ended, 1 failed, 2 wrong usage, 4 no server.

Examples:
  acktor top
  acktor top > fleet.txt
  acktor top --json | jq 'select(.type == "gone")'`;
