// The heartbeat thread: shows the fleet that a worker process is alive, renews its leases, and finds the processes that died.
import { parentPort, workerData } from 'node:worker_threads';
import { importEngine } from '@acktor/core/engine';
import type { HeartbeatInput } from './heartbeat-protocol.js';
import { runHeartbeat } from './heartbeat-runner.js';

if (parentPort) {
  const port = parentPort;
  const input = workerData as HeartbeatInput;
  void runHeartbeat({
    engine: () => importEngine(input.engine),
    input,
    orders: port,
    report: (report) => port.postMessage(report),
  })
    // A client that is reconnecting keeps timers for a while; the thread has nothing to wait for.
    .then(() => process.exit());
}
