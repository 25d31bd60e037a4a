// All that a doctor looks at, in the order in which it is told.
import type { Check } from './check.js';
import { clientsCheck } from './checks/clients.js';
import { clockCheck } from './checks/clock.js';
import { diskCheck } from './checks/disk.js';
import { durabilityCheck } from './checks/durability.js';
import { evictionCheck } from './checks/eviction.js';
import { latencyCheck } from './checks/latency.js';
import { leasesCheck } from './checks/leases.js';
import { memoryCheck } from './checks/memory.js';
import { pausedCheck } from './checks/paused.js';
import { presenceCheck } from './checks/presence.js';
import { replicasCheck } from './checks/replicas.js';
import { slowScriptsCheck } from './checks/slow-scripts.js';
import { versionCheck } from './checks/version.js';
import { workersCheck } from './checks/workers.js';

export const checks: readonly Check[] = [
  latencyCheck,
  versionCheck,
  durabilityCheck,
  evictionCheck,
  diskCheck,
  memoryCheck,
  replicasCheck,
  presenceCheck,
  clockCheck,
  slowScriptsCheck,
  leasesCheck,
  workersCheck,
  pausedCheck,
  clientsCheck,
];
