// A process that shares a project's server: says so when it has joined, leaves when it is told to.
import { EmbeddedServer } from '@acktor/core/server';

const [, , folder = ''] = process.argv;

try {
  const server = await EmbeddedServer.start({ folder });
  process.once('message', () => void server.close().then(() => process.disconnect()));
  process.send?.({ url: server.url });
} catch (error) {
  process.send?.({ fault: String(error) });
  process.disconnect();
}
