// What most browser tests begin with: a fleet of its own for each test, and a dashboard that looks at it.
import type { Dashboard } from '@acktor/dashboard';
import { FleetTrial } from '../fleet/fleet-trial.js';
import { dashboardOn } from './dashboard-on.js';

export interface WatchedFleet {
  open: FleetTrial;
  /** A test that closes it may put another in its place. */
  dashboard: Dashboard;
}

/** To be called in a `describe`: what it answers is filled anew for each test. */
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
