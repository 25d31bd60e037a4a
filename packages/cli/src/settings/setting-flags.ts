// Settings as options of a command.
import { Option, type Command } from 'commander';
import type { Setting } from './settings.js';

/** Adds a flag for each setting, and the one that names the configuration file. */
export function addSettings(command: Command, settings: readonly Setting[]): Command {
  for (const { flag, variable, doc, isRepeatable } of settings) {
    const option = new Option(flag, `${doc} [${variable}]`);
    command.addOption(isRepeatable ? option.argParser(collect) : option);
  }
  return command.addOption(
    new Option('--config <file>', 'a configuration file (default: acktor.config.js, .mjs, .json, .ts) [ACKTOR_CONFIG]'),
  );
}

function collect(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}
