// What the commands refuse to do, and the exit code that each error ends with.
import {
  AcktorError,
  AddressError,
  BrokerUnreachableError,
  ConnectionLostError,
  NameError,
  NoServerError,
  OptionsError,
  PayloadError,
  QueueNotFoundError,
} from '@acktor/core';
import { quoted } from '@acktor/core/internal';
import { CommanderError } from 'commander';
import { WorkerStartError } from './supervisor/supervisor-errors.js';

/** What a command's exit code says, for scripts. */
export const exitCodes = {
  fine: 0,
  /** It failed, or what was looked at is not well. */
  failed: 1,
  /** What was typed cannot be, or was not confirmed; nothing was done. */
  usage: 2,
  notFound: 3,
  unreachable: 4,
} as const;

/** Something destructive was not confirmed; nothing was changed. */
export class NotConfirmedError extends AcktorError {
  readonly code = 'ACKTOR_NOT_CONFIRMED';

  constructor(why: string) {
    super(`nothing was changed: ${why}`);
  }
}

/** What was named is not there. */
export class NotFoundError extends AcktorError {
  readonly code = 'ACKTOR_NOT_FOUND';
}

/** The code of what was typed wrongly. */
export const BAD_USAGE = 'ACKTOR_BAD_USAGE';

/** Arguments that are fine one by one and mean nothing together. */
export class UsageError extends AcktorError {
  readonly code = BAD_USAGE;
}

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

/** A handler file was named, or a glob, and there is no such file; or none was named at all. */
export class NoHandlerFilesError extends AcktorError {
  readonly code = 'ACKTOR_NO_HANDLER_FILES';

  constructor(readonly patterns: readonly string[]) {
    super(
      patterns.length === 0
        ? "expected handler files, got none: name them (acktor work 'dist/handlers/*.js'), or list them as files in acktor.config.js"
        : `expected handler files, got none for ${patterns.join(', ')}: paths are seen from ${process.cwd()}; has your build run?`,
    );
  }
}

/** Returns the exit code for what a command threw. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.fine : exitCodes.usage;
  if (error instanceof NotFoundError || error instanceof QueueNotFoundError) return exitCodes.notFound;
  if (isOneOf(UNREACHABLE, error)) return exitCodes.unreachable;
  if (error instanceof WorkerStartError && error.reason === 'ACKTOR_UNKNOWN_QUEUE') return exitCodes.usage;
  return isOneOf(MISTAKES, error) ? exitCodes.usage : exitCodes.failed;
}

const UNREACHABLE = [BrokerUnreachableError, ConnectionLostError];

/** What the person who typed the command can mend. */
const MISTAKES = [
  AddressError,
  ConfigFileError,
  NameError,
  NoHandlerFilesError,
  NoServerError,
  NotConfirmedError,
  OptionsError,
  PayloadError,
  SettingError,
  UsageError,
];

function isOneOf(classes: readonly (abstract new (...args: never[]) => Error)[], error: unknown): boolean {
  return classes.some((errorClass) => error instanceof errorClass);
}
