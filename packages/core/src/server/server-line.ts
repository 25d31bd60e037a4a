// One connection to one server on a Unix socket. A Redis client would take that server's end for a fault, and go on with the next one.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** Asks one server one thing at a time, and is over when that server is. To be hung up. */
export class ServerLine {
  readonly #socket: Socket;
  readonly #ended = new AbortController();

  private constructor(socket: Socket) {
    this.#socket = socket;
    // Bytes are counted in answers.
    socket.setEncoding('latin1');
    socket.on('error', () => {});
    // Its end is seen only while it is read.
    socket.resume();
    socket.once('close', () => this.#ended.abort());
  }

  /**
   * Undefined when nobody listens there: the file is missing, or was left by a process that has gone.
   * Rejects when the system does not let us ask, such as for the socket of another user.
   */
  static async to(path: string): Promise<ServerLine | undefined> {
    const socket = connect(path);
    try {
      await once(socket, 'connect');
      return new ServerLine(socket);
    } catch (fault) {
      socket.destroy();
      if (NOBODY.has((fault as NodeJS.ErrnoException).code ?? '')) return undefined;
      throw fault;
    }
  }

  /** Aborts when the server has ended, or this line was hung up. */
  get ended(): AbortSignal {
    return this.#ended.signal;
  }

  /** A text or a number; undefined when the server refuses, or ends. Waits as long as the server lives: hang up to give up. */
  async ask(command: string): Promise<string | undefined> {
    const answer = await this.#exchange(command);
    return answer?.kind === 'value' ? answer.text : undefined;
  }

  /** Ends the server in order. False when it refuses, or has not gone after 10 s. */
  async shutDown(): Promise<boolean> {
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      this.hangUp();
    }, SHUTDOWN_MS);
    // Only a refusal is answered: the server ends without a word, and the connection with it.
    const answer = await this.#exchange('SHUTDOWN');
    clearTimeout(timer);
    return answer === undefined && !isLate;
  }

  hangUp(): void {
    this.#socket.destroy();
  }

  /** Undefined when the line ends first. */
  #exchange(command: string): Promise<LineAnswer | undefined> {
    const socket = this.#socket;
    return new Promise((resolve) => {
      let received = '';
      const take = (piece: string) => {
        received += piece;
        const answer = readAnswer(received);
        if (answer) settle(answer);
      };
      const giveUp = () => settle(undefined);
      const settle = (answer: LineAnswer | undefined) => {
        socket.off('data', take).off('close', giveUp);
        resolve(answer);
      };
      if (socket.destroyed) return giveUp();
      socket.on('data', take).once('close', giveUp);
      socket.write(`${command}\r\n`);
    });
  }
}

/** Whether anybody accepts connections on a Unix socket. Rejects as {@link ServerLine.to}. */
export async function isListening(path: string): Promise<boolean> {
  const line = await ServerLine.to(path);
  line?.hangUp();
  return line !== undefined;
}

const NOBODY: ReadonlySet<string> = new Set(['ENOENT', 'ECONNREFUSED', 'ENOTSOCK']);
const SHUTDOWN_MS = 10_000;

interface LineAnswer {
  readonly kind: 'value' | 'refusal';
  readonly text: string;
}

/** Undefined while a part of it is missing. */
function readAnswer(received: string): LineAnswer | undefined {
  const [head = '', sign, first = ''] = /^([$+:-])([^\r]*)\r\n/.exec(received) ?? [];
  if (sign === undefined) return undefined;
  if (sign !== '$') return { kind: sign === '-' ? 'refusal' : 'value', text: first };
  const end = head.length + Number(first);
  return received.length < end + 2 ? undefined : { kind: 'value', text: received.slice(head.length, end) };
}
