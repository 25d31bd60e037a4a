// What all commands that look after queues have in common: where the queues are, and in which form they answer.
import { Operator, type OperatorOptions } from '@acktor/core';
import { Command } from 'commander';
import { gatherOptions, type SettingFlags } from '../settings/gathering.js';
import { addSettings, connectionSettings } from '../settings/settings.js';

/** The flags that all of these commands take. */
export interface OperatorFlags extends SettingFlags {
  readonly json?: boolean;
}

/** A command to which its own arguments and flags are added, then the common ones, then its action. */
export function operatorCommand(name: string, summary: string): Command {
  return new Command(name).summary(summary).helpOption('-h, --help', 'explain this command');
}

/** Adds the common flags, behind the command's own. `json` says what `--json` prints. */
export function withOperatorFlags(command: Command, json = 'print one JSON document, for programs'): Command {
  return addSettings(command.option('--json', json), connectionSettings);
}

/** Connects as the flags, the environment and the configuration file say, and closes whatever `act` does. */
export async function withOperator<Answer>(
  flags: OperatorFlags,
  act: (operator: Operator) => Promise<Answer>,
): Promise<Answer> {
  await using operator = await Operator.connect(await operatorOptions(flags));
  return await act(operator);
}

/** Checked by whoever takes them: a configuration file may hold anything. */
export async function operatorOptions(flags: OperatorFlags): Promise<OperatorOptions> {
  const surroundings = { folder: process.cwd(), environment: process.env };
  const all = await gatherOptions(connectionSettings, flags, surroundings);
  const own = connectionSettings.map(({ option }) => [option, all[option]] as const);
  return Object.fromEntries(own.filter(([, value]) => value !== undefined));
}
