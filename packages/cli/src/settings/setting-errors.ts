// What can be wrong with what a command is told, before it does anything.
import { AcktorError } from '@acktor/core';
import { quoted } from '@acktor/core/internal';

/** The text of a flag or a variable cannot be read. */
export class SettingError extends AcktorError {
  readonly code = 'ACKTOR_BAD_SETTING';

  constructor(
    readonly source: string,
    readonly expected: string,
    readonly found: string,
  ) {
    super(`expected ${source} to be ${expected}, got ${quoted(found)}`);
  }
}

/** The configuration file is missing, does not load, or holds no options. */
export class ConfigFileError extends AcktorError {
  readonly code = 'ACKTOR_CONFIG_FILE';

  constructor(
    readonly file: string,
    complaint: string,
    cause?: unknown,
  ) {
    super(`expected a configuration in ${file}, ${complaint}`, { cause });
  }
}
