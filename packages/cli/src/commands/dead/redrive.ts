// `acktor dead redrive`: sends dead letters round again.
import type { Command } from 'commander';
import { bulkCommand } from './bulk.js';

/** The command, ready to be added to a group. */
export function deadRedriveCommand(): Command {
  return bulkCommand({
    name: 'redrive',
    summary: 'put dead letters back into their queue',
    description:
      'Puts jobs back into their queue, the first that died first, with all their attempts before them. Their history stays.',
    done: 'redriven',
    one: (letters, id) => letters.redrive(id),
    all: (letters, options) => letters.redriveAll(options),
    examples: `  $ o-1 o-2
  $ --reason ECONNREFUSED --since 2h
  $ --all --dry-run`,
  });
}
