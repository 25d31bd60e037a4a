// The door for programs that run workers as processes, '@acktor/cli': the supervisor, its charts and its errors. Under semver.
export { Supervisor } from './supervisor/supervisor.js';
export type { SupervisorOptions } from './supervisor/supervisor-options.js';
export type { WorkerView } from './supervisor/worker-process.js';
export { supervisorMachine } from './supervisor/supervisor.machine.js';
export { workerProcessMachine } from './supervisor/worker-process.machine.js';
export {
  EndedAtOnceError,
  RestartLimitError,
  UncleanStopError,
  WorkerStartError,
} from './supervisor/supervisor-errors.js';
