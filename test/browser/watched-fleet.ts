// The set-up of most browser tests: a fleet for each test, and a dashboard that watches it.
import type { Dashboard } from '@acktor/dashboard';
import { FleetTrial } from '../fleet/fleet-trial.js';
import { dashboardOn } from './dashboard-on.js';

export interface WatchedFleet {
  open: FleetTrial;
  /** A test that closes it may set another. */
  dashboard: Dashboard;
}

/** Called in a `describe`; the object that it returns is set anew for each test. */
export function watchedFleet(): WatchedFleet {
  const watched = {} as WatchedFleet;
  beforeEach('opens a fleet and its dashboard', async () => {
    watched.open = await FleetTrial.open();
    watched.dashboard = await dashboardOn(watched.open.trial);
  });
  afterEach('closes them', async () => {
    await watched.dashboard.close();
    await watched.open[Symbol.asyncDispose]();
  });
  return watched;
}
