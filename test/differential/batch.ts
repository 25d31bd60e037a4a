// Commands that go to the server together, in the order in which they were asked for.
import type { Command, Redis } from 'ioredis';
import type { ScriptClient } from './core-inside.js';

/** Gathers commands; each has a promise of its own for its answer. */
export class Batch {
  readonly #pipeline: ReturnType<Redis['pipeline']>;

  constructor(client: Redis) {
    this.#pipeline = client.pipeline();
  }

  ask(command: string, ...args: readonly (string | number | Buffer)[]): Promise<unknown> {
    return new Promise((resolve, reject) => {
      void this.#pipeline.call(command, ...args, (error: Error | null | undefined, answer: unknown) =>
        error ? reject(error) : resolve(answer),
      );
    });
  }

  /** A client whose scripts join this batch. It must have run them once: nothing is sent again here. */
  get scripts(): ScriptClient {
    // A pipeline has this too (ioredis 6.0), though its type says nothing of it.
    const pipeline = this.#pipeline as unknown as Pick<Redis, 'sendCommand'>;
    const sendCommand = (command: Command): Promise<unknown> => {
      pipeline.sendCommand(command);
      return command.promise;
    };
    return { sendCommand } as unknown as ScriptClient;
  }

  async send(): Promise<void> {
    await this.#pipeline.exec();
  }
}
