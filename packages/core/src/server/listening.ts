// Whether anybody accepts connections on a Unix socket.
import { once } from 'node:events';
import { connect } from 'node:net';

/**
 * False when nobody does: the file is missing, or was left by a process that has gone.
 * Rejects when the system does not let us ask, such as for the socket of another user.
 */
export async function isListening(path: string): Promise<boolean> {
  const connection = connect(path);
  try {
    await once(connection, 'connect');
    return true;
  } catch (fault) {
    if (NOBODY.has((fault as NodeJS.ErrnoException).code ?? '')) return false;
    throw fault;
  } finally {
    connection.destroy();
  }
}

const NOBODY: ReadonlySet<string> = new Set(['ENOENT', 'ECONNREFUSED', 'ENOTSOCK']);
