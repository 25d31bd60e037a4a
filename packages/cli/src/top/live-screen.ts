// A terminal that shows one page after another in the same place, and hears keys.
import { emitKeypressEvents } from 'node:readline';
import type { ReadStream, WriteStream } from 'node:tty';
import type { Printable } from '../output/printable.js';

export interface Terminal {
  readonly input: ReadStream;
  readonly output: WriteStream;
}

/** On the terminal's other screen: what stood there before is back after `close`, however the program ends. */
export class LiveScreen {
  readonly #terminal: Terminal;
  readonly #onKey: (key: string) => void;
  readonly #close = () => this.close();
  #isOpen = true;

  constructor(terminal: Terminal, onKey: (key: string) => void) {
    this.#terminal = terminal;
    this.#onKey = onKey;
    emitKeypressEvents(terminal.input);
    terminal.input.setRawMode(true);
    terminal.input.on('keypress', this.#pressed);
    terminal.input.resume();
    terminal.output.write(ENTER);
    process.once('exit', this.#close);
  }

  /** How many lines a page may have. */
  get lines(): number {
    return this.#terminal.output.rows;
  }

  show(page: Printable): void {
    const lines = page.toString().split('\n').slice(0, this.lines);
    this.#terminal.output.write(`${HOME}${lines.map((line) => line + CLEAR_LINE).join('\r\n')}${CLEAR_BELOW}`);
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    process.off('exit', this.#close);
    this.#terminal.input.off('keypress', this.#pressed);
    this.#terminal.input.setRawMode(false);
    this.#terminal.input.pause();
    this.#terminal.output.write(LEAVE);
  }

  readonly #pressed = (_text: string | undefined, key: { readonly name?: string; readonly ctrl?: boolean }): void => {
    if (key.name) this.#onKey(key.ctrl ? `ctrl-${key.name}` : key.name);
  };
}

// The alternate screen, no cursor, and lines that are cut where the terminal ends.
const ENTER = '\u001B[?1049h\u001B[?25l\u001B[?7l';
const LEAVE = '\u001B[?7h\u001B[?25h\u001B[?1049l';
const HOME = '\u001B[H';
const CLEAR_LINE = '\u001B[K';
const CLEAR_BELOW = '\u001B[J';
