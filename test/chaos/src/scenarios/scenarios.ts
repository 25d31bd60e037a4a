// All scenarios, by number.
import { clusterFailover } from './cluster-failover.js';
import { cutPresence } from './cut-presence.js';
import { cutStarts } from './cut-starts.js';
import { failingConsumer } from './failing-consumer.js';
import { flushedData } from './flushed-data.js';
import { flushedScripts } from './flushed-scripts.js';
import { forgedMessages } from './forged-messages.js';
import { frozenServer } from './frozen-server.js';
import { fullDisk } from './full-disk.js';
import { halfOpen } from './half-open.js';
import { interruptedRedrive } from './interrupted-redrive.js';
import { killAFleet } from './kill-a-fleet.js';
import { killAtBoundaries } from './kill-at-boundaries.js';
import { killedKeys } from './killed-keys.js';
import { killedClusterPublishers, killedPublishers } from './killed-publishers.js';
import { killedSchedules } from './killed-schedules.js';
import { killMidJob } from './kill-mid-job.js';
import { longHandlers } from './long-handlers.js';
import { outOfMemory } from './out-of-memory.js';
import { poison } from './poison.js';
import { poisonFleet } from './poison-fleet.js';
import { powerCut } from './power-cut.js';
import { promotedReplica } from './promoted-replica.js';
import { randomInput } from './random-input.js';
import { refusingServer } from './refusing-server.js';
import { resetConnections } from './reset-connections.js';
import { restartedServer } from './restarted-server.js';
import type { Scenario } from './scenario.js';
import { separatePlaces } from './separate-places.js';
import { sentinelFailover } from './sentinel-failover.js';
import { slowWire } from './slow-wire.js';
import { soak } from './soak.js';
import { stoppedProcess } from './stopped-process.js';
import { supervisedFleet } from './supervised-fleet.js';
import { swallowedReply } from './swallowed-reply.js';
import { takenSign } from './taken-sign.js';
import { terminatedUnderLoad } from './terminated-under-load.js';
import { wrongClocks } from './wrong-clocks.js';

export const scenarios: readonly Scenario[] = [
  killMidJob,
  killAtBoundaries,
  killAFleet,
  stoppedProcess,
  longHandlers,
  failingConsumer,
  terminatedUnderLoad,
  swallowedReply,
  resetConnections,
  cutPresence,
  halfOpen,
  slowWire,
  restartedServer,
  powerCut,
  promotedReplica,
  sentinelFailover,
  clusterFailover,
  frozenServer,
  outOfMemory,
  fullDisk,
  flushedScripts,
  // In this order, every second one takes about as long as the others: two halves run side by side (`--shard 1/2`).
  randomInput,
  poison,
  interruptedRedrive,
  flushedData,
  soak,
  supervisedFleet,
  cutStarts,
  separatePlaces,
  forgedMessages,
  poisonFleet,
  wrongClocks,
  refusingServer,
  takenSign,
  killedKeys,
  killedSchedules,
  killedPublishers,
  killedClusterPublishers,
];
