// The ticks of a heartbeat: each renews the leases, takes the reaper's turn, and checks that the main thread still moves.
import { setTimeout as sleep } from 'node:timers/promises';
import { ConnectionLostError, ServerRefusalError } from '@acktor/core';
import { OVERDUE_MS, type Liveness, type ReapReport, type ReapRules, type RenewalReport } from '@acktor/core/engine';
import { mostSevere } from '@acktor/core/internal';
import {
  machineMs,
  msSinceSign,
  reportHang,
  type HeartbeatOrder,
  type HeartbeatReport,
  type HeartbeatStart,
} from './heartbeat-protocol.js';

export interface TickingDeps {
  readonly liveness: Liveness;
  readonly input: HeartbeatStart;
  readonly hasPresence: boolean;
  readonly port: OrderSource;
  readonly report: (report: HeartbeatReport) => void;
}

/** Where orders come from: the port to the main thread, or the main thread itself. */
export interface OrderSource {
  on(event: 'message', listener: (order: HeartbeatOrder) => void): unknown;
}

/** Ticks until the order to stop. A tick that fails is made again: the connection comes back by itself. */
export async function tickUntilStopped(deps: TickingDeps): Promise<void> {
  const state: TickState = { isStopped: false, busyUntilMs: 0, renewAtMs: 0, dueAtMs: Infinity, ...CALM };
  const wake = receiveOrders(deps.port, state);
  while (!state.isStopped) {
    await tick(deps, state).then(
      () => (state.isRefused = false),
      (error: unknown) => reportRefusal(error, deps, state),
    );
    await pause(deps, pauseMs(state, deps.input.leaseMs), wake.signal());
  }
}

/** Ends early when there is a reason to tick: the fleet has work, or another delayed job is due before all others. */
async function pause({ liveness }: TickingDeps, pauseMs: number, signal: AbortSignal): Promise<void> {
  const endAtMs = performance.now() + pauseMs;
  for (let leftMs = pauseMs; leftMs > 0; leftMs = endAtMs - performance.now()) {
    const isOver = await sleep(Math.min(leftMs, POLL_EVERY_MS), true, { signal }).catch(() => false);
    if (!isOver) return;
    if (leftMs > POLL_EVERY_MS && (await liveness.hasOtherNextDue().catch(() => false))) return;
  }
}

interface TickState {
  isStopped: boolean;
  busyUntilMs: number;
  renewAtMs: number;
  /** When the next delayed job that is known of will be due, by this process's monotonic clock. */
  dueAtMs: number;
  isHanging: boolean;
  hasSuspects: boolean;
  isRefused: boolean;
}

const CALM = { isHanging: false, hasSuspects: false, isRefused: false };

/** A connection that breaks comes back by itself; a server that refuses, or a fault of our own, lasts until it is mended. */
function reportRefusal(error: unknown, { report }: TickingDeps, state: TickState): void {
  if (error instanceof ConnectionLostError) return;
  const reason = error instanceof ServerRefusalError ? error.reply : String(error);
  if (!state.isRefused) report({ type: 'refused', reason });
  state.isRefused = true;
}

/** However idle the fleet seems, a lease is renewed before it is over, and a delayed job is not left to a process that may have died. */
function pauseMs({ busyUntilMs, hasSuspects, dueAtMs, renewAtMs }: TickState, leaseMs: number): number {
  if (hasSuspects) return SUSPECT_EVERY_MS;
  const nowMs = performance.now();
  const renewInMs = renewAtMs - nowMs;
  // In time for the renewal: it is the only one, and of the three in a lease none may be late.
  if (nowMs < busyUntilMs) return renewInMs > 0 ? Math.min(BUSY_EVERY_MS, Math.max(renewInMs, 1)) : BUSY_EVERY_MS;
  const idleMs = Math.min(IDLE_EVERY_MS, leaseMs / 3);
  // A due job counts as forgotten after a while, and the reaper gives no wake signal for it sooner.
  const overdueInMs = dueAtMs - nowMs + OVERDUE_MS + 1;
  return overdueInMs > 0 ? Math.min(idleMs, overdueInMs) : idleMs;
}

/** Notes the orders, and ends the pause between two ticks when one asks for that. */
function receiveOrders(port: OrderSource, state: TickState): { readonly signal: () => AbortSignal } {
  let pause = new AbortController();
  port.on('message', (order: HeartbeatOrder) => {
    const wasBusy = performance.now() < state.busyUntilMs;
    state.busyUntilMs = performance.now() + STAY_BUSY_MS;
    state.isStopped ||= order.type === 'stop';
    if (state.isStopped || !wasBusy) pause.abort();
  });
  return {
    signal: () => {
      pause = new AbortController();
      return pause.signal;
    },
  };
}

async function tick({ liveness, input, hasPresence, report }: TickingDeps, state: TickState): Promise<void> {
  checkMainThread(input, state, report);
  // Of several servers one may be away: what the others have is looked after all the same.
  const [renewal] = await Promise.allSettled([renewInTime(liveness, { input, report }, state)]);
  const [turn] = await Promise.allSettled([liveness.reap(rulesOf(input, hasPresence))]);
  if (turn.status === 'fulfilled') reportTurn(turn.value, state, report);
  const faults = [
    ...[renewal, turn].flatMap((part) => (part.status === 'rejected' ? [part.reason as unknown] : [])),
    ...[renewal, turn].flatMap((part) => (part.status === 'fulfilled' ? part.value.faults : [])),
  ];
  if (faults.length > 0) throw mostSevere(faults);
}

type Renewing = Pick<TickingDeps, 'input' | 'report'>;

async function renewInTime(
  liveness: Liveness,
  { input, report }: Renewing,
  state: TickState,
): Promise<Pick<RenewalReport, 'faults'>> {
  if (state.isHanging || performance.now() < state.renewAtMs) return { faults: [] };
  const { leaseMs } = input;
  const beganAtMs = machineMs();
  // Three chances before a lease expires, and more where one fails: until the hold-off is over, all must have renewed.
  state.renewAtMs = performance.now() + Math.min(leaseMs / 9, RENEW_AGAIN_MS);
  const { leases, faults } = await liveness.renewAll(leaseMs);
  if (faults.length === 0) state.renewAtMs = performance.now() + leaseMs / 3;
  report({ type: 'renewed', leases, beganAtMs });
  return { faults };
}

function reportTurn(turn: ReapReport, state: TickState, report: TickingDeps['report']): void {
  const { active, returnedJobIds, hasSuspects, hasForgotten, nextDueInMs = Infinity } = turn;
  state.hasSuspects = hasSuspects;
  state.dueAtMs = performance.now() + nextDueInMs;
  if (active > 0) state.busyUntilMs = performance.now() + STAY_BUSY_MS;
  if (hasForgotten) report({ type: 'forgotten' });
  if (returnedJobIds.length > 0) report({ type: 'returned', jobIds: returnedJobIds });
}

/** A main thread that hangs for longer than it may is reported, and its leases are renewed no more. */
function checkMainThread({ lastSign, hangMs }: HeartbeatStart, state: TickState, report: TickingDeps['report']): void {
  const forMs = msSinceSign(lastSign);
  const isHanging = hangMs > 0 && forMs > hangMs;
  if (isHanging && !state.isHanging) {
    report({ type: 'hangs', forMs });
    reportHang(forMs);
  }
  if (!isHanging && state.isHanging) report({ type: 'hangs.over' });
  state.isHanging = isHanging;
}

function rulesOf({ deliveryLimit, graceMs, leaseMs }: HeartbeatStart, usesPresence: boolean): ReapRules {
  const longestGapMs = Math.min(2 * IDLE_EVERY_MS, Math.floor((leaseMs * 2) / 3));
  return { deliveryLimit, graceMs, usesPresence, longestGapMs, intervalMs: BUSY_EVERY_MS - 10, holdOffMs: HOLD_OFF_MS };
}

/** How long between two ticks while the fleet works: a death is noticed within this and the grace time. */
const BUSY_EVERY_MS = 100;
/** While the grace time of a process runs, so that it is not an interval longer than it has to be. */
const SUSPECT_EVERY_MS = 25;
/**
 * While the fleet is idle. A worker that takes work wakes an idle process by the queue's marker, so this is only to find out that the
 * server's data are gone. A tick is a dozen commands: each second it cost an idle fleet of ten processes 120 a second.
 */
const IDLE_EVERY_MS = 4_000;
/** How often an idle process asks, with one command, whether another delayed job comes first: the process that knew of it may have died. */
const POLL_EVERY_MS = 1_000;
const RENEW_AGAIN_MS = 500;
const STAY_BUSY_MS = 2_000;
/** Long enough for every worker to reconnect (at most 300 ms between attempts) and to appear again. */
export const HOLD_OFF_MS = 2_000;
