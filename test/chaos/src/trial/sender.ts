// Sends the jobs of a trial, numbered, and writes down what the server confirms.
import { Producer, type ProducerOptions, type Receipt, type SendOptions } from '@acktor/core';
import type { Ledger } from '../checker/ledger.js';
import { trialJob, type Plan } from '../fleet/trial-job.js';

export class Sender implements AsyncDisposable {
  readonly #producer: Producer;
  readonly #ledger: Ledger;
  #lastOrder = 0;

  private constructor(producer: Producer, ledger: Ledger) {
    this.#producer = producer;
    this.#ledger = ledger;
  }

  static async open(options: ProducerOptions, ledger: Ledger): Promise<Sender> {
    return new Sender(await Producer.connect(options), ledger);
  }

  /** The number that the next job gets. */
  get nextOrder(): number {
    return this.#lastOrder + 1;
  }

  /** Sends one job, and answers its number and receipt when the server has confirmed it. Rejects as `Producer.send` does. */
  async send(plan: Plan, options: SendOptions = {}): Promise<SentJob> {
    const order = (this.#lastOrder += 1);
    const id = options.id ?? `order-${order}`;
    try {
      const receipt = await this.#producer.send(trialJob, { order, plan }, { ...options, id });
      this.#ledger.write({ what: 'confirmed', job: id, order });
      return { order, receipt };
    } catch (error) {
      this.#ledger.write({ what: 'unconfirmed', job: id, order });
      throw error;
    }
  }

  /** Sends many at once, and answers when all are confirmed. */
  sendMany(count: number, plan: Plan): Promise<readonly SentJob[]> {
    return Promise.all(Array.from({ length: count }, () => this.send(plan)));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#producer.close();
  }
}

export interface SentJob {
  readonly order: number;
  readonly receipt: Receipt<typeof trialJob>;
}
