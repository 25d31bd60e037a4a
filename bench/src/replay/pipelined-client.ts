// A client that does nothing but keep a server busy: it sends commands that were written before, and counts the replies.
import { once } from 'node:events';
import { connect } from 'node:net';
import { nowMicros } from '../subjects/peer.js';
import type { SentCommand } from './resp.js';

/** Sends the commands in order, many under way at a time; resolves with how long the server took for them all, in µs. */
export async function replay(commands: readonly SentCommand[], address: string): Promise<number> {
  const socket = connect(address);
  await once(socket, 'connect');
  const startedAtMicros = nowMicros();
  await new Promise<void>((resolve, reject) => {
    let sent = 0;
    let answered = 0;
    const sendMore = () => {
      const upTo = Math.min(answered + IN_FLIGHT, commands.length);
      if (sent < upTo) socket.write(Buffer.concat(commands.slice(sent, upTo).flatMap(({ bytes }) => [bytes, MARKER])));
      sent = upTo;
    };
    const count = answerCounter();
    socket.on('data', (chunk: Buffer) => {
      answered += count(chunk);
      if (answered === commands.length) resolve();
      else sendMore();
    });
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('the server hung up during a replay')));
    sendMore();
  });
  const tookMicros = nowMicros() - startedAtMicros;
  socket.destroy();
  return tookMicros;
}

/** Enough that the server finds the next call whenever it has ended one. */
const IN_FLIGHT = 32;

/** Sent after each command, so that its answer marks the end of the command's own, which need not be read. */
const MARKER = Buffer.from('*1\r\n$4\r\nPING\r\n');
const ANSWER = Buffer.from('+PONG\r\n');

/** Counts the replies to the markers in chunks, also those that two chunks share. */
function answerCounter(): (chunk: Buffer) => number {
  let rest: Buffer = Buffer.alloc(0);
  return (chunk) => {
    const seen = Buffer.concat([rest, chunk]);
    let count = 0;
    let from = 0;
    for (let at = seen.indexOf(ANSWER); at !== -1; at = seen.indexOf(ANSWER, from)) {
      count += 1;
      from = at + ANSWER.length;
    }
    rest = seen.subarray(Math.max(from, seen.length - ANSWER.length + 1));
    return count;
  };
}
