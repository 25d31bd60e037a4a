// The private Redis of Acktor and of the peers that use one, and what it reports of the work it had.
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { PrivateServer } from '@acktor/core/server';
import type { Figures } from '../measuring/metric.js';
import type { BenchServer } from './bench-server.js';

/** A real server with an append-only file, fsync each second. Rewrites of the file happen between runs, never in one. */
export class RedisServer implements BenchServer {
  readonly #server: PrivateServer;
  readonly #client: Redis;
  #cpuMicrosWhenSettled = 0;

  private constructor(server: PrivateServer, client: Redis) {
    this.#server = server;
    this.#client = client;
  }

  static async start(): Promise<RedisServer> {
    const server = await PrivateServer.start({ settings: { 'auto-aof-rewrite-percentage': 0 } });
    const client = new Redis({ path: socketOf(server) });
    await once(client, 'ready');
    return new RedisServer(server, client);
  }

  get address(): string {
    return socketOf(this.#server);
  }

  async version(): Promise<string> {
    return this.#field('server', 'redis_version');
  }

  /** Shrinks the append-only file, too. */
  async clear(): Promise<void> {
    await this.#client.flushall('SYNC');
    await this.#client.bgrewriteaof();
    while ((await this.#field('persistence', 'aof_rewrite_in_progress')) !== '0') await pause(5);
    await this.settle();
  }

  /**
   * Waits for the disk to have what was written. Without this a run is held up by the data of what came before: the server's
   * writes wait while the file is synchronized. Measured: half of the throughput.
   */
  async settle(): Promise<void> {
    await this.#client.config('SET', 'appendfsync', 'always');
    await this.#client.set('settle', 'now');
    await this.#client.del('settle');
    await this.#client.config('SET', 'appendfsync', 'everysec');
    await this.#client.config('RESETSTAT');
    this.#cpuMicrosWhenSettled = await this.#cpuMicros();
  }

  /** Until the next `settle`, nothing is answered before the disk has it. */
  async syncEachWrite(): Promise<void> {
    await this.#client.config('SET', 'appendfsync', 'always');
  }

  async costPerJob(jobs: number): Promise<Figures> {
    const cpuMicros = (await this.#cpuMicros()) - this.#cpuMicrosWhenSettled;
    return { redis_us_per_job: (await this.#scriptMicros()) / jobs, server_cpu_us_per_job: cpuMicros / jobs };
  }

  /** Commands since the statistics were forgotten, those inside scripts included. */
  async commands(): Promise<number> {
    return Number(await this.#field('stats', 'total_commands_processed'));
  }

  /** Connections besides our own. */
  async connections(): Promise<number> {
    return Number(await this.#field('clients', 'connected_clients')) - 1;
  }

  async unfinished(queues: readonly string[]): Promise<number> {
    const counts = await Promise.all(queues.map((queue) => this.#unfinishedOf(queue)));
    return counts.reduce((sum, count) => sum + count, 0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#client.disconnect();
    await this.#server.close();
  }

  async #unfinishedOf(queue: string): Promise<number> {
    const lists = [`bull:${queue}:wait`, `bull:${queue}:active`, `bq:${queue}:waiting`, `bq:${queue}:active`];
    const counts = await Promise.all([
      ...lists.map((list) => this.#client.llen(list)),
      this.#client.zcard(`bull:${queue}:failed`),
      this.#client.scard(`bq:${queue}:failed`),
    ]);
    return counts.reduce((sum, count) => sum + count, 0);
  }

  /** How long scripts ran since the statistics were forgotten, in µs. What they call is within their own time. */
  async #scriptMicros(): Promise<number> {
    const stats = await this.#client.info('commandstats');
    const usecs = [...stats.matchAll(/^cmdstat_(?:evalsha|eval):calls=\d+,usec=(\d+)/gm)];
    return usecs.reduce((sum, [, usec]) => sum + Number(usec), 0);
  }

  /** Processor time of the main thread since the server started, in µs. */
  async #cpuMicros(): Promise<number> {
    const user = Number(await this.#field('cpu', 'used_cpu_user_main_thread'));
    const system = Number(await this.#field('cpu', 'used_cpu_sys_main_thread'));
    return (user + system) * 1_000_000;
  }

  async #field(section: string, name: string): Promise<string> {
    const info = await this.#client.info(section);
    return new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1] ?? '';
  }
}

function socketOf({ address: { endpoint } }: PrivateServer): string {
  if (endpoint.kind !== 'unix') throw new Error('expected the private server to listen on a Unix socket');
  return endpoint.path;
}
