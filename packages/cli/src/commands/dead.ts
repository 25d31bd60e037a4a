// `acktor dead`: the commands for dead letters.
import { Command } from 'commander';
import { deadListCommand } from './dead/list.js';
import { deadPurgeCommand } from './dead/purge.js';
import { deadRedriveCommand } from './dead/redrive.js';
import { deadShowCommand } from './dead/show.js';

/** The group, ready to be added to a program. */
export function deadCommand(): Command {
  return new Command('dead')
    .summary('list, show, redrive and purge dead letters')
    .description(
      'Jobs that were given up, with why. Without a further word: how many there are in each queue, and why they died.',
    )
    .helpOption('-h, --help', 'explain this command')
    .addCommand(deadListCommand(), { isDefault: true })
    .addCommand(deadShowCommand())
    .addCommand(deadRedriveCommand())
    .addCommand(deadPurgeCommand());
}
