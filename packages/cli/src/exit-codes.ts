// What a command's exit code says, for scripts.
import {
  AddressError,
  BrokerUnreachableError,
  ConnectionLostError,
  NameError,
  NoServerError,
  OptionsError,
  QueueNotFoundError,
} from '@acktor/core';
import { CommanderError } from 'commander';
import { NotConfirmedError, NotFoundError, UsageError } from './output/output-errors.js';
import { ConfigFileError, SettingError } from './settings/setting-errors.js';
import { NoHandlerFilesError } from './settings/handler-files.js';

export const exitCodes = {
  fine: 0,
  /** It failed, or what was looked at is not well. */
  failed: 1,
  /** What was typed cannot be, or was not confirmed; nothing was done. */
  usage: 2,
  notFound: 3,
  unreachable: 4,
} as const;

/** The code for what a command threw. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.fine : exitCodes.usage;
  if (error instanceof NotFoundError || error instanceof QueueNotFoundError) return exitCodes.notFound;
  if (isOneOf(UNREACHABLE, error)) return exitCodes.unreachable;
  return isOneOf(MISTAKES, error) ? exitCodes.usage : exitCodes.failed;
}

const UNREACHABLE = [BrokerUnreachableError, ConnectionLostError];

/** What whoever typed the command can mend. */
const MISTAKES = [
  AddressError,
  ConfigFileError,
  NameError,
  NoHandlerFilesError,
  NoServerError,
  NotConfirmedError,
  OptionsError,
  SettingError,
  UsageError,
];

function isOneOf(classes: readonly (abstract new (...args: never[]) => Error)[], error: unknown): boolean {
  return classes.some((errorClass) => error instanceof errorClass);
}
