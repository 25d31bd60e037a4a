// A port of the loopback that nobody uses.
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';

/** Answers a port that was free a moment ago; another process may take it before its user does. */
export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}
