// Many requests in one write, which no browser does.
import { once } from 'node:events';
import { connect } from 'node:net';

/** Sends all tokens at once. Resolves with the statuses, in the order of the tokens. */
export async function pipelined(url: string, tokens: readonly string[]): Promise<readonly number[]> {
  const { host, hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  let text = '';
  socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  socket.write(tokens.map((token) => requestFor(host, token)).join(''));
  const statuses = () => [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));
  while (statuses().length < tokens.length && !socket.readableEnded) await once(socket, 'data');
  socket.destroy();
  return statuses();
}

function requestFor(host: string, token: string): string {
  const body = JSON.stringify({ token });
  const head = ['POST /api/session HTTP/1.1', `Host: ${host}`, 'Content-Type: application/json'];
  return [...head, `Content-Length: ${body.length}`, '', body].join('\r\n');
}
