// `acktor top` at a terminal: one page after another in the same place, and the keys that change it.
import { emitKeypressEvents } from 'node:readline';
import type { ReadStream, WriteStream } from 'node:tty';
import type { ConnectedFleet } from '@acktor/core/engine';
import type { Printable } from '../output/printable.js';
import { FleetPicture } from './fleet-picture.js';
import { topPage, topSorts } from './top-page.js';

/** Shows the fleet until `q` or Ctrl-C is pressed. @throws what the fleet's watch rejects with. */
export async function showLive(fleet: ConnectedFleet): Promise<void> {
  const picture = new FleetPicture();
  const ending = new AbortController();
  const view: View = { isPaused: false, sortNumber: 0 };
  const screen = new LiveScreen({ input: process.stdin, output: process.stdout }, (key) => {
    if (key === 'q' || key === 'ctrl-c') ending.abort();
    else if (key === 'p') view.isPaused = !view.isPaused;
    else if (key === 's') view.sortNumber += 1;
    draw(screen, picture, view);
  });
  const drawing = setInterval(() => view.isPaused || draw(screen, picture, view), DRAW_EVERY_MS);
  try {
    await fleet.watch(picture, ending.signal);
  } finally {
    clearInterval(drawing);
    screen.close();
  }
}

/** What the keys have chosen. */
interface View {
  isPaused: boolean;
  sortNumber: number;
}

function draw(screen: LiveScreen, picture: FleetPicture, { isPaused, sortNumber }: Readonly<View>): void {
  const sort = topSorts[sortNumber % topSorts.length] ?? 'time in state';
  screen.show(topPage(picture, { sort, isPaused, lines: screen.lines, nowMs: Date.now() }));
}

const DRAW_EVERY_MS = 250;

interface Terminal {
  readonly input: ReadStream;
  readonly output: WriteStream;
}

/** Uses the terminal's alternate screen: `close`, or the end of the program, brings back what stood there before. */
class LiveScreen {
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
