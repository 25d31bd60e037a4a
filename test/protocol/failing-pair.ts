// A Redis that loses its last changes: restarted without the end of its append-only file, or replaced by a replica that had not got them.
import { Proxy } from '@acktor/chaos';
import { PrivateServer } from '@acktor/core/server';
import { readdirSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { ask } from '../server/project.js';
import { until } from '../signals/until.js';
import type { FailingServer, NextRestart } from './lane.js';
import type { Restart } from './specification.js';

export class FailingPair implements FailingServer, AsyncDisposable {
  readonly #proxy: Proxy;
  readonly #namespace: string;
  #primary: PrivateServer;
  /** The one that takes over next; `isDetached` when it gets no more changes. */
  #replica: PrivateServer | undefined;
  #isDetached = false;
  /** How much of the append-only file is left by the next restart; undefined for all. */
  #keptBytes: number | undefined;

  private constructor(primary: PrivateServer, proxy: Proxy, namespace: string) {
    this.#primary = primary;
    this.#proxy = proxy;
    this.#namespace = namespace;
  }

  static async start(namespace: string): Promise<FailingPair> {
    const primary = await startServer();
    return new FailingPair(primary, await Proxy.start(portOf(primary), true), namespace);
  }

  /** What clients are given: it leads to whichever server is the primary. */
  get url(): string {
    return this.#proxy.url;
  }

  ask(command: string, ...args: string[]): Promise<unknown> {
    return ask(this.#primary, command, ...args);
  }

  async beforeChange(next: NextRestart | undefined): Promise<void> {
    if (next?.restart === 'onReplica') this.#replica ??= await this.#follow();
    // From here on, changes will be forgotten.
    if (next === undefined || next.after !== next.back - 1) return;
    if (next.restart === 'onReplica') await this.#detach();
    else this.#keptBytes = statSync(appendOnlyFile(this.#primary)).size;
  }

  async restart(restart: Restart, queue: string): Promise<void> {
    if (restart === 'onReplica') await this.#failOver();
    else await this.#restartInPlace(queue);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#proxy[Symbol.asyncDispose]();
    await this.#replica?.close();
    await this.#primary.close();
  }

  async #restartInPlace(queue: string): Promise<void> {
    await this.#primary.kill('SIGKILL');
    if (this.#keptBytes !== undefined) truncateSync(appendOnlyFile(this.#primary), this.#keptBytes);
    this.#keptBytes = undefined;
    await this.#primary.restart();
    // It was away for longer than a lease.
    const active = (await this.ask('LRANGE', `${this.#namespace}:${queue}:active`, '0', '-1')) as readonly string[];
    for (const id of active) await this.ask('DEL', `${this.#namespace}:${queue}:${id}:lock`);
  }

  async #failOver(): Promise<void> {
    const replica = (this.#replica ??= await this.#follow());
    if (!this.#isDetached) await this.#detach();
    await this.#primary.close();
    this.#primary = replica;
    this.#replica = undefined;
    this.#isDetached = false;
    this.#proxy.leadTo(portOf(replica));
  }

  async #follow(): Promise<PrivateServer> {
    const replica = await startServer();
    await ask(replica, 'REPLICAOF', '127.0.0.1', String(portOf(this.#primary)));
    await until('the replica follows', async () => {
      const [replication, persistence] = [await infoOf(replica, 'replication'), await infoOf(replica, 'persistence')];
      return /master_link_status:up/.test(replication) && /aof_rewrite_in_progress:0/.test(persistence);
    });
    return replica;
  }

  /** Resolves when the replica has all that there is, and gets no more. */
  async #detach(): Promise<void> {
    const replica = this.#replica;
    if (replica === undefined) throw new Error('expected a replica that follows');
    await until('the replica has everything', async () => {
      const [, sent] = /master_repl_offset:(\d+)/.exec(await infoOf(this.#primary, 'replication')) ?? [];
      const [, got] = /slave_repl_offset:(\d+)/.exec(await infoOf(replica, 'replication')) ?? [];
      return sent !== undefined && Number(got) >= Number(sent);
    });
    await ask(replica, 'REPLICAOF', 'NO', 'ONE');
    this.#isDetached = true;
  }
}

/** What it has answered is in its file, which only grows: a kill loses nothing that we do not cut off. */
const SETTINGS = { appendfsync: 'always', 'auto-aof-rewrite-percentage': 0, 'repl-diskless-sync-delay': 0 };

function startServer(): Promise<PrivateServer> {
  return PrivateServer.start({ port: 0, settings: SETTINGS });
}

function portOf({ url }: PrivateServer): number {
  return Number(new URL(url).port);
}

async function infoOf(server: PrivateServer, section: string): Promise<string> {
  return (await ask(server, 'INFO', section)) as string;
}

/** The newest part: a replica begins another with what it gets from its primary. */
function appendOnlyFile({ folder }: PrivateServer): string {
  const numberOf = (name: string) => Number(/\.(\d+)\.incr\.aof$/.exec(name)?.[1] ?? 0);
  const names = readdirSync(join(folder, 'appendonlydir')).toSorted((one, other) => numberOf(other) - numberOf(one));
  const [newest = ''] = names;
  if (numberOf(newest) === 0) throw new Error(`expected an append-only file in ${folder}`);
  return join(folder, 'appendonlydir', newest);
}
