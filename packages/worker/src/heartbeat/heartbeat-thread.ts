// The heartbeat thread: keeps a worker process alive in the eyes of the fleet, and watches over the others.
import { parentPort, workerData } from 'node:worker_threads';
import { importEngine } from '@acktor/core/engine';
import { runHeartbeat } from './beating.js';
import type { HeartbeatInput } from './heartbeat-protocol.js';

if (parentPort) {
  const port = parentPort;
  const input = workerData as HeartbeatInput;
  void runHeartbeat({
    engine: () => importEngine(input.engine),
    input,
    orders: port,
    tell: (report) => port.postMessage(report),
  })
    // A client that is reconnecting keeps timers for a while; the thread has nothing to wait for.
    .then(() => process.exit());
}
