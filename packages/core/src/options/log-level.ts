// How much the logs of Acktor's own loggers hold: the variable ACKTOR_LOG_LEVEL.
import { OptionsError } from '../errors.js';
import { quoted } from '../foreign-text/foreign-text.js';

/** From all to nothing; Acktor itself writes at `debug`, `info`, `warn` and `error`. */
export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

export type LogLevel = (typeof logLevels)[number];

/**
 * The level that the environment names; `info` where it names none.
 * @throws OptionsError for a name that is no level, and for an empty one, which was to be filled in.
 */
export function readLogLevel(env: NodeJS.ProcessEnv = process.env): LogLevel {
  const text = env['ACKTOR_LOG_LEVEL'];
  if (text === undefined) return 'info';
  const level = logLevels.find((known) => known === text);
  if (level !== undefined) return level;
  const found = text.trim() === '' ? 'an empty text (fill it in, or do not set it)' : quoted(text);
  const message = `expected ACKTOR_LOG_LEVEL to be one of ${logLevels.join(', ')}, got ${found}`;
  throw new OptionsError([{ option: 'ACKTOR_LOG_LEVEL', message }]);
}
