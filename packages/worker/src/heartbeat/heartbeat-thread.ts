// The heartbeat thread: keeps a worker process alive in the eyes of the fleet, and watches over the others.
import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import { ServerRefusalError } from '@acktor/core';
import { connectPulse } from '@acktor/core/broker';
import { FeedSpeaker } from '../feed/feed-speaker.js';
import { beat } from './beat.js';
import type { HeartbeatInput, HeartbeatReport } from './heartbeat-protocol.js';

async function main(port: MessagePort, input: HeartbeatInput): Promise<void> {
  const tell = (report: HeartbeatReport) => port.postMessage(report);
  try {
    const pulse = await connectPulse(input.pulse);
    await pulse.appear(
      (request) => tell({ type: 'cancel', request }),
      ({ count, last }) => tell({ type: 'dropped', count, last }),
    );
    const speaker = new FeedSpeaker({
      line: pulse.fleetLine,
      port: input.feed,
      workerId: input.pulse.process,
      lastSign: input.lastSign,
    });
    const isSeen = await speaker.start().then(
      () => true,
      (error: unknown) => reportUnseen(error, tell),
    );
    const hasPresence = await pulse.testPresence();
    tell({ type: 'started', hasPresence });
    await beat({ pulse, input, hasPresence, port, tell });
    if (isSeen) await speaker.leave();
    await pulse.close();
  } catch (error) {
    const refusal = error instanceof ServerRefusalError ? error.reply : undefined;
    tell({ type: 'failed', message: error instanceof Error ? error.message : String(error), refusal });
  }
  // A client that is reconnecting keeps timers for a while; the thread has nothing to wait for.
  process.exit();
}

/** Who may not be seen can work all the same: presence and leases are other channels and keys. */
function reportUnseen(error: unknown, tell: (report: HeartbeatReport) => void): false {
  if (!(error instanceof ServerRefusalError)) throw error;
  tell({ type: 'unseen', reason: error.reply });
  return false;
}

if (parentPort) void main(parentPort, workerData as HeartbeatInput);
