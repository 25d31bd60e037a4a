// `acktor dead purge`: removes dead letters for good.
import type { Command } from 'commander';
import { bulkCommand } from './bulk.js';

/** The command, ready to be added to a group. */
export function deadPurgeCommand(): Command {
  return bulkCommand({
    name: 'purge',
    summary: 'remove dead letters for good',
    description: 'Removes jobs with all that is kept of them. Nothing brings them back.',
    done: 'purged',
    one: (letters, id) => letters.purge(id),
    all: (letters, options) => letters.purgeAll(options),
    examples: `  $ o-1
  $ --job charge-card --until 30d --yes`,
  });
}
