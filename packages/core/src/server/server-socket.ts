// One connection to one server on a Unix socket, and the server's users. A Redis client would reconnect, to the next server.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** Sends one command at a time to one server, and ends with that server. The caller hangs up. */
export class ServerSocket {
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
   * Undefined when no process listens there: the file is missing, or was left by a process that is gone.
   * Rejects when the system does not let us ask, such as for the socket of another user.
   */
  static async to(path: string): Promise<ServerSocket | undefined> {
    const socket = connect(path);
    try {
      await once(socket, 'connect');
      return new ServerSocket(socket);
    } catch (fault) {
      socket.destroy();
      if (NOT_LISTENING.has((fault as NodeJS.ErrnoException).code ?? '')) return undefined;
      throw fault;
    }
  }

  /** Aborts when the server has ended, or this connection was hung up. */
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
    // Only a refusal is answered: the server ends without an answer, and the connection with it.
    const answer = await this.#exchange('SHUTDOWN');
    clearTimeout(timer);
    return answer === undefined && !isLate;
  }

  hangUp(): void {
    this.#socket.destroy();
  }

  /** Undefined when the connection ends first. */
  #exchange(command: string): Promise<SocketAnswer | undefined> {
    const socket = this.#socket;
    return new Promise((resolve) => {
      let received = '';
      const take = (piece: string) => {
        received += piece;
        const answer = readAnswer(received);
        if (answer) settle(answer);
      };
      const giveUp = () => settle(undefined);
      const settle = (answer: SocketAnswer | undefined) => {
        socket.off('data', take).off('close', giveUp);
        resolve(answer);
      };
      if (socket.destroyed) return giveUp();
      socket.on('data', take).once('close', giveUp);
      socket.write(`${command}\r\n`);
    });
  }
}

/** Whether a process accepts connections on a Unix socket. Rejects as {@link ServerSocket.to}. */
export async function isListening(path: string): Promise<boolean> {
  const line = await ServerSocket.to(path);
  line?.hangUp();
  return line !== undefined;
}

const NOT_LISTENING: ReadonlySet<string> = new Set(['ENOENT', 'ECONNREFUSED', 'ENOTSOCK']);
const SHUTDOWN_MS = 10_000;

interface SocketAnswer {
  readonly kind: 'value' | 'refusal';
  readonly text: string;
}

/** Undefined while a part of it is missing. */
function readAnswer(received: string): SocketAnswer | undefined {
  const [head = '', sign, first = ''] = /^([$+:-])([^\r]*)\r\n/.exec(received) ?? [];
  if (sign === undefined) return undefined;
  if (sign !== '$') return { kind: sign === '-' ? 'refusal' : 'value', text: first };
  const end = head.length + Number(first);
  return received.length < end + 2 ? undefined : { kind: 'value', text: received.slice(head.length, end) };
}

/** The name under which every process that shares a server holds one connection to it. */
export const SHARE_NAME = 'acktor-share';

/** The name of the watcher's connection. */
export const WATCHER_NAME = 'acktor-watcher';

export interface ServerUsers {
  /** The names of the connections, empty for one without; watchers' are left out. */
  readonly names: readonly string[];
  /** The ids of the connections of watchers; a later one has a higher id. */
  readonly watcherIds: readonly number[];
}

/** Reads what `CLIENT LIST` answers, but for the connection with this id. */
export function readUsers(list: string, ownId?: string | number): ServerUsers {
  const entries = list.split('\n').flatMap((entry) => {
    const [, id] = /^id=(\d+) /.exec(entry) ?? [];
    if (id === undefined || id === String(ownId)) return [];
    return [{ id: Number(id), name: / name=(\S*)/.exec(entry)?.[1] ?? '' }];
  });
  return {
    names: entries.filter(({ name }) => name !== WATCHER_NAME).map(({ name }) => name),
    watcherIds: entries.filter(({ name }) => name === WATCHER_NAME).map(({ id }) => id),
  };
}

/** Undefined when the server is too busy to say, or has ended. */
export async function listUsers(line: ServerSocket): Promise<ServerUsers | undefined> {
  const ownId = await line.ask('CLIENT ID');
  const list = await line.ask('CLIENT LIST');
  return ownId === undefined || list === undefined ? undefined : readUsers(list, ownId);
}
