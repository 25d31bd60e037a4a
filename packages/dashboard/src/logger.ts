// The dashboard's log: what people changed, and what failed. It never holds a payload.
import { readLogLevel, visibleJson } from '@acktor/core/internal';
import { pino } from 'pino';

/** The part of a logger that the dashboard uses; a pino logger has it, and so has a worker's. */
export interface DashboardLogger {
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
}

/** JSON lines on standard error, without control characters. Level: ACKTOR_LOG_LEVEL, or info. @throws OptionsError for a level that is empty or unknown. */
export function defaultLogger(): DashboardLogger {
  const level = readLogLevel();
  const standardError = pino.destination({ dest: 2, sync: true });
  return pino({ name: 'acktor-dashboard', level }, { write: (line: string) => standardError.write(visibleJson(line)) });
}

/** Whether a value has a logger's methods. */
export function isLogger(value: unknown): value is DashboardLogger {
  if (typeof value !== 'object' || value === null) return false;
  return ['info', 'warn', 'error'].every((level) => typeof Reflect.get(value, level) === 'function');
}
