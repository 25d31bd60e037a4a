// The door for Acktor's other packages, of the same version. No promise: it may change in any release.
export { systemClock } from '@acktor/core/engine';
export type { StuckState } from './consumer/consumer-protocol.js';
export { runOneDelivery, type OneDelivery } from './delivery/one-delivery.js';
export { quarantineOfThisProcess } from './delivery/quarantine.js';
export { isMachine } from './feed/followed-actors.js';
export { disposeGlobally } from './handler/handler-scope.js';
export { ALL_OTHERS, contractOf } from './handler/handler.js';
export { loadHandlers, loadMiddleware } from './handler/load-handlers.js';
export { HANG_DESCRIPTOR, reportHangsToSupervisor } from './heartbeat/heartbeat-protocol.js';
export { defaultLogger, descriptor, isLogger, type LogDestination } from './logger.js';
export { MetricsServer } from './metrics/metrics-server.js';
export { childEnvironment, childFlags } from './node-flags.js';
export { travellingOptionTable, workerOptions, type TravellingOptions } from './worker/worker-options.js';
