// The dashboard's own log: what people changed, and what failed. No payload is ever in it.
import { pino } from 'pino';

/** What the dashboard asks of a logger; a pino logger is one, and so is a worker's. */
export interface DashboardLogger {
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
}

/** JSON lines on standard error. Level: ACKTOR_LOG_LEVEL, or info. */
export function defaultLogger(): DashboardLogger {
  const level = process.env['ACKTOR_LOG_LEVEL'] ?? 'info';
  return pino({ name: 'acktor-dashboard', level }, pino.destination({ dest: 2, sync: true }));
}

/** Whether a value can be logged with. */
export function isLogger(value: unknown): value is DashboardLogger {
  if (typeof value !== 'object' || value === null) return false;
  return ['info', 'warn', 'error'].every((level) => typeof Reflect.get(value, level) === 'function');
}
