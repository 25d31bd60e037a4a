// Preloaded into a worker process and its threads: switches off the defences that the environment names.
import type * as QueueModule from '../../../../packages/core/dist/engine/redis/bullmq/bullmq-work-queue.js';
import { Redis, type Command } from 'ioredis';
import type * as ScriptsModule from '../../../../packages/core/dist/engine/redis/bullmq/scripts/scripts.js';
import type * as GuardModule from '../../../../packages/core/dist/engine/redis/connection/connection-guard.js';
import type * as GuardedModule from '../../../../packages/core/dist/engine/redis/connection/guarded-connection.js';
import type * as ErrorsModule from '../../../../packages/core/dist/engine/broker-errors.js';
import type * as RecoveryModule from '../../../../packages/worker/dist/channel/recovery.js';
import type * as FinderModule from '../../../../packages/core/dist/engine/redis/connection/master-finder.js';
import type * as ChannelModule from '../../../../packages/worker/dist/channel/channel.js';
import type { ScriptArguments } from '../../../../packages/core/dist/engine/redis/connection/redis-script.js';
import type { Defence } from './defence.js';

const switches: Readonly<Record<Defence, () => Promise<void>>> = {
  /** A parent that sees its child exit gives nothing back. */
  async dead() {
    const { releaseDead } = await ourScripts();
    releaseDead.run = () => Promise.resolve([[], []]);
  },
  /** A server that answered no request for longer than a lease is taken for one on which all leases were given up. */
  async gapHoldOff() {
    const { reap: script } = await ourScripts();
    const reap = script.run.bind(script);
    script.run = (client, keys, args) =>
      reap(client, keys, changed(args, LONGEST_GAP_ARGUMENT, Number.MAX_SAFE_INTEGER));
  },
  /** A delayed job is left to the process that took its wake signal. */
  overdueSign() {
    changeScripts((text) => text.replace('if isOverdue or ', 'if '));
    return Promise.resolve();
  },
  /** Each script gets the time from its caller. */
  serverTime() {
    changeScripts((text) =>
      text.replace(/local serverTime = .*\nlocal now = .*\n/g, () => `local now = '${Date.now()}'\n`),
    );
    return Promise.resolve();
  },
  /** A call whose connection breaks stays without an end, as on a plain client. */
  async guardedCalls() {
    const { ConnectionGuard } = await inside<typeof GuardModule>('engine/redis/connection/connection-guard.js');
    const { ConnectionLostError } = await inside<typeof ErrorsModule>('engine/broker-errors.js');
    const run = Reflect.get(ConnectionGuard.prototype, 'run') as Run;
    const unguarded: Run = function (call) {
      return run.call(this, call).catch((error: unknown) => {
        if (error instanceof ConnectionLostError) return new Promise<never>(() => undefined);
        throw error;
      });
    };
    Reflect.set(ConnectionGuard.prototype, 'run', unguarded);
  },
  /** A start waits for its steps as long as they take. */
  async startTime() {
    const { StartTime } = await inside<typeof GuardedModule>('engine/redis/connection/guarded-connection.js');
    StartTime.prototype.settle = (work) => work(new AbortController().signal);
  },
  /** Channels are named as if there were one database. */
  channelNames() {
    const send = Reflect.get(Redis.prototype, 'sendCommand') as SendCommand;
    const nameless: SendCommand = function (command, ...rest) {
      if (command.name === 'subscribe' || command.name === 'publish')
        command.args = command.args.map((arg) => (typeof arg === 'string' ? arg.replace(/:db\d+:/, ':') : arg));
      return send.call(this, command, ...rest);
    };
    Reflect.set(Redis.prototype, 'sendCommand', nameless);
    const emit = Reflect.get(Redis.prototype, 'emit') as Emit;
    const receive: Emit = function (event, ...rest) {
      const [channel, ...args] = rest;
      const { db = 0 } = this.options;
      const isControl = event === 'message' && db > 0 && typeof channel === 'string';
      if (isControl)
        return emit.call(this, event, channel.replace(':acktor:control', `:acktor:db${db}:control`), ...args);
      return emit.call(this, event, ...rest);
    };
    Reflect.set(Redis.prototype, 'emit', receive);
    return Promise.resolve();
  },
  /** A cancel that is received is believed, whatever the store says of it. */
  storedCancels() {
    const send = Reflect.get(Redis.prototype, 'sendCommand') as SendCommand;
    const believing: SendCommand = function (command, ...rest) {
      const answer = send.call(this, command, ...rest);
      const isLook = command.name === 'hmget' && command.args.includes('cancel');
      return isLook ? Promise.resolve(answer).then(() => ['trial', 'somebody said so']) : answer;
    };
    Reflect.set(Redis.prototype, 'sendCommand', believing);
    return Promise.resolve();
  },
  /** A result that the server refuses to store is let go. */
  async heldResults() {
    const { Recovery } = await inside<typeof RecoveryModule>('channel/recovery.js', 'worker');
    Recovery.prototype.interrupt = (consumer) => consumer.send({ type: 'settlement.refused' });
  },
  /** A restarted server is taken for one on which everybody is dead. */
  async holdOff() {
    const { meetServer, reap: script } = await ourScripts();
    const meet = meetServer.run.bind(meetServer);
    const reap = script.run.bind(script);
    meetServer.run = (client, keys) => meet(client, keys, [0]);
    script.run = (client, keys, args) => reap(client, keys, changed(args, HOLD_OFF_ARGUMENT, 0));
  },
  /** A script that writes is refused by a server that is out of memory, as one that says nothing about it. */
  memoryAllowance() {
    changeScripts((text) => text.replace(/^#!lua.*\n/, ''));
    return Promise.resolve();
  },
  /** What was leased in a reply that never came stays so. */
  async reconcile() {
    const { BullmqWorkQueue } = await inside<typeof QueueModule>('engine/redis/bullmq/bullmq-work-queue.js');
    BullmqWorkQueue.prototype.reconcile = () => Promise.resolve([]);
  },
  /** A lease lasts as long as it was given for: neither thread of the process renews it. */
  async renewal() {
    const { BullmqWorkQueue } = await inside<typeof QueueModule>('engine/redis/bullmq/bullmq-work-queue.js');
    const { renewProcess } = await ourScripts();
    BullmqWorkQueue.prototype.renew = () => Promise.resolve([]);
    renewProcess.run = () => Promise.resolve([]);
  },
  /** What the server no longer knows of the fleet is not looked at. */
  async memoryOfTheServer() {
    const { reap: script } = await ourScripts();
    const reap = script.run.bind(script);
    script.run = async (client, keys, args) => ((await reap(client, keys, args)) as unknown[]).with(FORGOTTEN, 0);
  },
  /** A consumer that failed keeps what it held. */
  async replacement() {
    const { Channel } = await inside<typeof ChannelModule>('channel/channel.js', 'worker');
    const receive = Reflect.get(Channel.prototype, 'receive');
    Channel.prototype.receive = function (message) {
      if (message.type !== 'consumer.left') receive.call(this, message);
    };
  },
  /** What has expired is lost: the main thread, which takes it up again, leaves the leases to the heartbeat. */
  async takingUp() {
    const { BullmqWorkQueue } = await inside<typeof QueueModule>('engine/redis/bullmq/bullmq-work-queue.js');
    BullmqWorkQueue.prototype.renew = () => Promise.resolve([]);
  },
  /** The first primary is taken to be so for ever. */
  async search() {
    const { MasterFinder } = await inside<typeof FinderModule>('engine/redis/connection/master-finder.js');
    const locate = Reflect.get(MasterFinder.prototype, 'locate');
    let first: ReturnType<typeof locate> | undefined;
    MasterFinder.prototype.locate = function () {
      return (first ??= locate.call(this));
    };
  },
  /** A script that the server has forgotten stays unknown to it. */
  scriptText() {
    const evaluate = Reflect.get(Redis.prototype, 'eval') as Evaluate;
    const sent = new Set<string>();
    const once: Evaluate = function (text, ...rest) {
      if (sent.has(text)) return Promise.reject(new Error('NOSCRIPT and the script is not sent again'));
      sent.add(text);
      return evaluate.call(this, text, ...rest);
    };
    Reflect.set(Redis.prototype, 'eval', once);
    return Promise.resolve();
  },
};

/** Has every script sent as another text. */
function changeScripts(change: (text: string) => string): void {
  const evaluate = Reflect.get(Redis.prototype, 'eval') as Evaluate;
  const changed: Evaluate = function (text, ...rest) {
    return evaluate.call(this, change(text), ...rest);
  };
  Reflect.set(Redis.prototype, 'eval', changed);
  const send = Reflect.get(Redis.prototype, 'sendCommand') as SendCommand;
  const withoutDigests: SendCommand = function (command, ...rest) {
    if (command.name !== 'evalsha') return send.call(this, command, ...rest);
    return Promise.reject(new Error('NOSCRIPT, so that the text is sent'));
  };
  Reflect.set(Redis.prototype, 'sendCommand', withoutDigests);
}

type Emit = (this: Redis, event: string, ...rest: readonly unknown[]) => boolean;
type SendCommand = (this: Redis, command: Command, ...rest: readonly unknown[]) => unknown;
type Run = (this: unknown, call: unknown) => Promise<unknown>;
type Evaluate = (this: Redis, text: string, ...rest: readonly unknown[]) => Promise<unknown>;

/** Where the reaper's answer says that the data are gone. */
const FORGOTTEN = 3;
/** Where the reaper's script has its hold-off. */
const HOLD_OFF_ARGUMENT = 4;
/** Where it has the longest gap between two turns. */
const LONGEST_GAP_ARGUMENT = 6;

for (const name of (process.env['ACKTOR_CHAOS_WITHOUT'] ?? '').split(',').filter(isDefence)) await switches[name]();

function isDefence(name: string): name is Defence {
  return name in switches;
}

async function ourScripts(): Promise<typeof ScriptsModule.scripts> {
  return (await inside<typeof ScriptsModule>('engine/redis/bullmq/scripts/scripts.js')).scripts;
}

/** A module that the package's door does not show. A path in this file is right for the source or the output, not both. */
function inside<Module>(path: string, packageName = 'core'): Promise<Module> {
  return import(new URL(`../../../../packages/${packageName}/dist/${path}`, import.meta.url).href) as Promise<Module>;
}

function changed(args: ScriptArguments, place: number, value: number): ScriptArguments {
  return 'head' in args ? args : args.with(place, value);
}
