// What is done to a fleet in a soak: one fault after another, drawn at random.
import { setTimeout as pause } from 'node:timers/promises';
import type { PrivateServer } from '@acktor/core/server';
import { nowMs, within } from '../trial/time.js';
import { isCall, type CallName } from '../proxy/call.js';
import type { Proxy } from '../proxy/proxy.js';
import type { QueueView } from '../trial/queue-view.js';
import type { Trial } from '../trial/trial.js';
import type { MortalFleet } from './mortal-fleet.js';

/** What the faults work on. */
export interface Scene {
  readonly trial: Trial;
  readonly server: PrivateServer;
  readonly view: QueueView;
  readonly fleet: MortalFleet;
  /** The wires of the workers that die, and of the one that lives. */
  readonly wires: readonly [mortals: Proxy, steady: Proxy];
}

/** A fault that was injected. `hits`: the workers whose deliveries it may take from them; all others keep theirs. */
export interface Injected {
  readonly fault: FaultName;
  readonly hits: readonly string[];
  readonly fromMs: number;
  readonly toMs: number;
}

export type FaultName = keyof typeof FAULTS;

/** Injects one fault, by default any, waits until it is over, and answers what it was. */
export async function injectOne(scene: Scene, wanted?: FaultName): Promise<Injected> {
  const names = Object.keys(FAULTS) as FaultName[];
  const fault = wanted ?? scene.trial.random.oneOf(names);
  const fromMs = nowMs();
  const hits = await FAULTS[fault](scene);
  return { fault, hits, fromMs, toMs: nowMs() };
}

/** How long the leases of a soak are. */
export const LEASE_MS = 3_000;

const NO_PROCESS: readonly string[] = [];

const FAULTS = {
  kill: ({ fleet, trial }: Scene) => fleet.kill(trial.random),
  terminate: async ({ fleet, trial }: Scene) => {
    await fleet.terminate(trial.random);
    return NO_PROCESS;
  },
  stop: ({ fleet, trial }: Scene) => fleet.stop(trial.random, trial.random.whole(500, 2 * LEASE_MS)),
  async blackOut({ fleet, trial, wires: [mortals] }: Scene) {
    mortals.blackOut();
    const hit = fleet.names;
    await pause(trial.random.whole(500, 2 * LEASE_MS));
    mortals.heal();
    return hit;
  },
  async reset({ trial, wires }: Scene) {
    trial.random.oneOf(wires).cut();
    return NO_PROCESS;
  },
  async cutPresence({ trial, wires }: Scene) {
    trial.random.oneOf(wires).cut('acktor-presence', 50);
    return NO_PROCESS;
  },
  async slowWire({ trial, wires }: Scene) {
    const wire = trial.random.oneOf(wires);
    wire.delay(() => trial.random.whole(10, 100));
    await pause(trial.random.whole(1_000, LEASE_MS));
    wire.delay(() => 0);
    return NO_PROCESS;
  },
  async swallowReply({ trial, wires }: Scene) {
    const call = trial.random.oneOf<CallName>(['fetch', 'ack', 'renew', 'reap']);
    const catching = trial.random.oneOf(wires).intercept({ matches: isCall(call), part: 'reply' });
    const caught = await within(5_000, catching);
    caught?.drop();
    // One that comes later is not of this fault, and would hold up all that is behind it.
    if (caught === undefined) void catching.then((late) => late.release());
    return NO_PROCESS;
  },
  async restartServer({ server }: Scene) {
    await server.kill('SIGKILL');
    await server.restart();
    return NO_PROCESS;
  },
  async forgetScripts({ view: { client } }: Scene) {
    await client.script('FLUSH', 'SYNC');
    return NO_PROCESS;
  },
  async sleep({ trial, view: { client } }: Scene) {
    await client.call('DEBUG', 'SLEEP', trial.random.whole(1, 10) / 10);
    return NO_PROCESS;
  },
  async hangUp({ view: { client } }: Scene) {
    await client.call('CLIENT', 'KILL', 'TYPE', 'normal');
    return NO_PROCESS;
  },
  async fillMemory({ trial, view: { client } }: Scene) {
    await client.config('SET', 'maxmemory', 1);
    await pause(trial.random.whole(200, 1_000));
    await client.config('SET', 'maxmemory', 0);
    return NO_PROCESS;
  },
} as const satisfies Readonly<Record<string, (scene: Scene) => Promise<readonly string[]>>>;
