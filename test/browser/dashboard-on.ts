// A real dashboard on a trial's namespace.
import { Dashboard, type DashboardOptions } from '@acktor/dashboard';
import type { WorkerTrial } from '../worker/worker-trial.js';

const quiet = () => undefined;

export function dashboardOn({ url, namespace }: WorkerTrial, options: DashboardOptions = {}): Promise<Dashboard> {
  const logger = { info: quiet, warn: quiet, error: quiet };
  // A test of a page needs no token, unless it is about tokens.
  const isOpen = options.tokens === undefined && options.authorize === undefined;
  return Dashboard.start({ redis: url, namespace, port: 0, logger, trustMachine: isOpen, ...options });
}
