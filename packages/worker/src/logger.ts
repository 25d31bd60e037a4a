// Structured logs: of a worker at info, of its deliveries at debug. Payloads and results are never logged.
import { readLogLevel, visibleJson } from '@acktor/core/internal';
import { pino } from 'pino';

/** What Acktor asks of a logger; a pino logger is one. What it throws, or rejects with, is a process warning once, and no job's end. */
export interface Logger {
  debug(facts: object, message: string): void;
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
  /** Whether it writes such lines at all: it gets no ack that it would not write. Without this method it gets each. */
  isLevelEnabled?(level: 'debug'): boolean;
}

/** Writes JSON lines to standard error, so that a program's own output stays its own; nothing in them controls a terminal. Level: ACKTOR_LOG_LEVEL, or info. @throws OptionsError for one that is empty or unknown. */
export function defaultLogger(destination: LogDestination = descriptor(2)): Logger {
  const level = readLogLevel();
  return pino({ name: 'acktor', level }, { write: (line: string) => destination.write(visibleJson(line)) });
}

/** Where a log's lines go. */
export interface LogDestination {
  write(line: string): void;
}

/** Writes to an open file, pipe or terminal at once; to a pipe without a reader it writes nothing. */
export function descriptor(fd: number): LogDestination {
  return pino.destination({ dest: fd, sync: true });
}

/** Whether a value can be logged with. */
export function isLogger(value: unknown): value is Logger {
  const logger = value as Partial<Record<string, unknown>> | null;
  return (
    typeof value === 'object' &&
    logger !== null &&
    ['debug', 'info', 'warn', 'error'].every((level) => typeof logger[level] === 'function') &&
    ['undefined', 'function'].includes(typeof logger['isLevelEnabled'])
  );
}
