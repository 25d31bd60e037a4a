// A logger that tests can wait at.
import type { Logger } from '@acktor/worker';
import { Heard } from './heard.js';

type Level = Exclude<keyof Logger, 'isLevelEnabled'>;

export interface LogLine {
  readonly level: Level;
  readonly facts: Readonly<Record<string, unknown>>;
  readonly message: string;
}

export class LogRecorder implements Logger {
  readonly lines = new Heard<LogLine>();
  readonly debug = this.#writer('debug');
  readonly info = this.#writer('info');
  readonly warn = this.#writer('warn');
  readonly error = this.#writer('error');

  /** The first line that says so, written already or yet to come. */
  said(words: string | RegExp): Promise<LogLine> {
    return this.lines.first(({ message }) => message.match(words) !== null);
  }

  #writer(level: Level) {
    return (facts: object, message: string) => this.lines.push({ level, facts: { ...facts }, message });
  }
}
