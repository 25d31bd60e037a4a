// The private RabbitMQ of the bench.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { connect, type Channel, type ChannelModel } from 'amqplib';
import type { Figures } from '../measuring/metric.js';
import { PUBLISHED_TO, publishQueues, QUEUES } from '../subjects/peer.js';
import type { BenchServer } from './bench-server.js';
import { ensureRabbitMq, spawnRabbitMq, type RabbitMqHome, type RabbitMqProcess } from './rabbitmq-process.js';

export class RabbitMqServer implements BenchServer {
  readonly #folder: string;
  #process: RabbitMqProcess;
  #connection: ChannelModel;
  #channel: Channel;
  #cpuMicrosWhenSettled = 0;

  private constructor(running: RabbitMqProcess, folder: string, client: Client) {
    this.#process = running;
    this.#folder = folder;
    this.#connection = client.connection;
    this.#channel = client.channel;
  }

  /** @throws Error that says why there is none. */
  static async start(log: (message: string) => void): Promise<RabbitMqServer> {
    const home = await ensureRabbitMq(log);
    const folder = await mkdtemp(join(tmpdir(), 'acktor-rabbitmq-'));
    try {
      const { running, client } = await runIn(home, folder);
      return new RabbitMqServer(running, folder, client);
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
  }

  /** Ends it with SIGKILL, and starts it on what it has kept: at another address. */
  async killAndStart(log: (message: string) => void): Promise<void> {
    await this.#process.end();
    const { running, client } = await runIn(await ensureRabbitMq(log), this.#folder);
    this.#process = running;
    this.#connection = client.connection;
    this.#channel = client.channel;
  }

  get address(): string {
    return this.#process.url;
  }

  version(): Promise<string> {
    return Promise.resolve(this.#connection.connection.serverProperties.version);
  }

  async clear(): Promise<void> {
    for (const queue of [...QUEUES, ...publishQueues(MOST_PUBLISHED_TO)]) await this.#channel.deleteQueue(queue);
  }

  async settle(): Promise<void> {
    this.#cpuMicrosWhenSettled = await cpuMicrosOf(this.#process.pid);
  }

  /** Those that wait: what is held goes back to them when its consumer hangs up. */
  async unfinished(queues: readonly string[]): Promise<number> {
    const counts = await Promise.all(queues.map((queue) => this.#channel.checkQueue(queue)));
    return counts.reduce((sum, { messageCount }) => sum + messageCount, 0);
  }

  async costPerJob(jobs: number): Promise<Figures> {
    return { server_cpu_us_per_job: ((await cpuMicrosOf(this.#process.pid)) - this.#cpuMicrosWhenSettled) / jobs };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#connection.close();
    await this.#process.end();
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 20 });
  }
}

interface Client {
  readonly connection: ChannelModel;
  readonly channel: Channel;
}

async function runIn(
  home: RabbitMqHome,
  folder: string,
): Promise<{ readonly running: RabbitMqProcess; readonly client: Client }> {
  const running = await spawnRabbitMq(home, folder);
  try {
    return { running, client: await Promise.race([patientClient(running.url), running.ended]) };
  } catch (error) {
    await running.end();
    throw error;
  }
}

/** It takes some seconds until it listens. */
async function patientClient(url: string): Promise<Client> {
  const deadline = performance.now() + START_MS;
  for (;;) {
    try {
      const connection = await connect(url);
      connection.on('error', () => undefined);
      return { connection, channel: await connection.createChannel() };
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await pause(RETRY_MS);
    }
  }
}

const MOST_PUBLISHED_TO = Math.max(...PUBLISHED_TO);

const START_MS = 60_000;
const RETRY_MS = 100;

/** Processor time of all threads of the process, from the kernel's account: in hundredths of a second. */
async function cpuMicrosOf(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const [, user = 0, system = 0] = /\) \S+(?: \S+){10} (\d+) (\d+)/.exec(stat)?.map(Number) ?? [];
  return (user + system) * 10_000;
}
