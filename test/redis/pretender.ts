// Pretends to be a server of a version that is not at hand: it answers INFO as it is told, and nearly nothing else.
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';

export interface Pretender extends AsyncDisposable {
  readonly url: string;
}

/** @param info what it answers to INFO, or what it answers to each INFO in turn: the last goes on. */
export async function startPretender(info: string | readonly string[]): Promise<Pretender> {
  const answers = [info].flat();
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket.on('data', (received) => answer(socket, String(received), answers)));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy();
      await once(server.close(), 'close');
    },
  };
}

function answer(socket: Socket, received: string, infos: string[]): void {
  for (const [, command] of received.matchAll(/\*\d+\r\n\$\d+\r\n(\w+)/g)) {
    if (command?.toUpperCase() === 'INFO') socket.write(bulk((infos.length > 1 ? infos.shift() : infos[0]) ?? ''));
    else if (command?.toUpperCase() === 'CONFIG') socket.write("-ERR unknown command 'CONFIG'\r\n");
    else socket.write('+OK\r\n');
  }
}

function bulk(text: string): string {
  return `$${Buffer.byteLength(text)}\r\n${text}\r\n`;
}
