// The dashboard's own log: what people changed, and what failed. No payload is ever in it.
import { readLogLevel, visibleJson } from '@acktor/core/internal';
import { pino } from 'pino';

/** What the dashboard asks of a logger; a pino logger is one, and so is a worker's. */
export interface DashboardLogger {
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
}

/** JSON lines on standard error; nothing in them controls a terminal. Level: ACKTOR_LOG_LEVEL, or info. @throws OptionsError for one that is empty or unknown. */
export function defaultLogger(): DashboardLogger {
  const level = readLogLevel();
  const standardError = pino.destination({ dest: 2, sync: true });
  return pino({ name: 'acktor-dashboard', level }, { write: (line: string) => standardError.write(visibleJson(line)) });
}

/** Whether a value can be logged with. */
export function isLogger(value: unknown): value is DashboardLogger {
  if (typeof value !== 'object' || value === null) return false;
  return ['info', 'warn', 'error'].every((level) => typeof Reflect.get(value, level) === 'function');
}
