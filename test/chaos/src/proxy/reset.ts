// Breaks a TCP connection as a firewall or a crash does: with a reset, and at once.
import type { Socket } from 'node:net';

/**
 * Resets the connection; what was not sent yet is gone.
 *
 * `socket.resetAndDestroy()` says goodbye first, and resets in the middle of that: libuv refuses, and the process, waiting for a
 * handle that is never closed, does not end (Node 20.20, `CleanupHandles`). So the socket is destroyed with the mark that
 * this method sets. A Node that knows no such mark closes in order, which the other end takes for a fault as well.
 */
export function reset(socket: Socket & { resetAndClosing?: boolean }): void {
  const isSayingGoodbye = socket.writableEnded || socket.connecting;
  if (!isSayingGoodbye) socket.resetAndClosing = true;
  socket.destroy();
}
