// The client that finds the limit of a server.
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { commandsIn, replay } from '@acktor/bench';
import { expect } from 'chai';

const command = (text: string) => Buffer.from(`*1\r\n$${text.length}\r\n${text}\r\n`);

/** Writes three bytes at a time, each on its way before the next; what comes meanwhile follows. */
function inPieces() {
  let waiting = '';
  const writeNext = (socket: Socket) => {
    if (waiting === '') return;
    const piece = waiting.slice(0, 3);
    socket.write(piece, () => {
      waiting = waiting.slice(piece.length);
      setImmediate(writeNext, socket);
    });
  };
  return (socket: Socket, text: string) => {
    const isIdle = waiting === '';
    waiting += text;
    if (isIdle) writeNext(socket);
  };
}

/** Runs `act` against a server that answers each chunk as `answer` says. */
async function withServer(answer: (socket: Socket, chunk: Buffer) => void, act: (path: string) => Promise<void>) {
  const folder = await mkdtemp(join(tmpdir(), 'acktor-replay-'));
  const server = createServer((socket) => socket.on('data', (chunk) => answer(socket, chunk)));
  server.listen(join(folder, 'socket'));
  await once(server, 'listening');
  try {
    await act(join(folder, 'socket'));
  } finally {
    server.close();
    await rm(folder, { recursive: true });
  }
}

describe('the pipelined client', () => {
  it('sends every command in order and waits for every answer, however the answers are cut', async () => {
    const sent = Array.from({ length: 100 }, (_, index) => ({ name: 'GET', bytes: command(`GET${index}`) }));
    const heard: string[] = [];
    const write = inPieces();
    let rest: Buffer = Buffer.alloc(0);
    const answer = (socket: Socket, chunk: Buffer) => {
      rest = Buffer.concat([rest, chunk]);
      const commands = commandsIn(rest);
      rest = rest.subarray(commands.reduce((sum, { bytes }) => sum + bytes.length, 0));
      for (const { name } of commands) {
        if (name !== 'PING') heard.push(name);
      }
      const answers = commands.map(({ name }) => (name === 'PING' ? '+PONG\r\n' : '$2\r\nOK\r\n')).join('');
      write(socket, answers);
    };
    await withServer(answer, async (path) => {
      expect(await replay(sent, path)).to.be.greaterThan(0);
    });
    expect(heard).to.deep.equal(sent.map((_, index) => `GET${index}`));
  });

  it('fails when the server hangs up', async () => {
    await withServer(
      (socket) => socket.destroy(),
      async (path) => {
        const failure = await replay([{ name: 'GET', bytes: command('GET') }], path).catch((error: unknown) => error);
        expect(failure)
          .to.be.an('error')
          .with.property('message')
          .that.matches(/hung up|ECONNRESET|EPIPE/);
      },
    );
  });
});
