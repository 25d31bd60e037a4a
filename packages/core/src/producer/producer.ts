// Sends jobs. Everything that a web application needs of Acktor starts here.
import { ClosedError } from '../engine/broker-errors.js';
import type { CancelOutcome } from '../engine/broker.js';
import { engineFor } from '../engine/default-engine.js';
import type { ConnectedBroker, Engine } from '../engine/engine.js';
import { retentionIn } from '../engine/retention.js';
import { requireContract, type AnyJob, type PayloadInput, type ResultOf } from '../contract/job.js';
import { checkId, checkName } from '../contract/names.js';
import { ActorAddress } from '../actors/actor-address.js';
import { requireActor, type AnyActor } from '../actors/actor-contract.js';
import { isFlow } from '../flows/flow.js';
import { cancelFlow } from '../flows/flows.js';
import { requireIterable, sendInBulk, type BulkOptions, type BulkSummary } from './bulk.js';
import { Schedules, scheduleOf, type Schedule } from '../schedules/schedules.js';
import type { ScheduleOptions } from '../schedules/schedule-options.js';
import { newSchedule, putSchedule, type ScheduleArguments } from '../schedules/timetables.js';
import { DeadLetters } from '../dead-letters/dead-letters.js';
import {
  cancelOptions,
  producerOptions,
  type CancelOptions,
  type ProducerOptions,
  type SendOptions,
} from './producer-options.js';
import { ConsumerLookup, type JobConsumers } from '../fleet/connect-fleet.js';
import type { AnyExchange, PublishedInput, RoutingKeyOf } from '../routing/exchange.js';
import { Exchanges } from '../routing/exchanges.js';
import type { PublishOptions } from '../routing/publish-options.js';
import type { Published } from '../routing/published.js';
import { Publisher } from '../routing/publisher.js';
import { callJob } from './calling.js';
import type { CallOptions } from './call-options.js';
import { JobIds } from './outgoing-job.js';
import { Receipt } from './receipt.js';
import { Sender } from './sender.js';

type CheckedProducerOptions = ReturnType<typeof producerOptions.check>;

/** Not exported, so that no other code can make a producer that is not connected. */
class ProducerDeps {
  constructor(
    readonly engine: Engine,
    readonly connected: ConnectedBroker,
    readonly options: CheckedProducerOptions,
  ) {}
}

/**
 * Sends typed jobs to their queues.
 *
 * @example
 * await using producer = await Producer.connect();
 * const receipt = await producer.send(chargeCard, { orderId: 'o-1', cents: 990 });
 * const { receipt: number } = await receipt.result({ timeoutMs: 10_000 });
 */
export class Producer {
  readonly #connected: ConnectedBroker;
  readonly #options: CheckedProducerOptions;
  readonly #ids = new JobIds();
  readonly #sender: Sender;
  readonly #consumers: ConsumerLookup;
  readonly #publisher: Publisher;
  #sendsInFlight = 0;
  #whenAnswered: () => void = () => undefined;
  #closing: Promise<void> | undefined;

  /** Only for {@link Producer.connect}, but public: a container takes no class under whose name it could not build anything. */
  constructor({ engine, connected, options }: ProducerDeps) {
    this.#connected = connected;
    this.#options = options;
    const sending = { broker: connected.broker, ids: this.#ids, options };
    this.#sender = new Sender(sending);
    this.#publisher = new Publisher(sending);
    const { namespace, connectTimeoutMs } = options;
    this.#consumers = new ConsumerLookup(() => engine.openFleet({ namespace, connectTimeoutMs }));
  }

  /**
   * Connects and checks that the server keeps what it accepts.
   *
   * Without `engine` and `redis` it takes REDIS_URL from the environment; without that, unless NODE_ENV is production, it starts, or joins, the embedded server.
   * @throws OptionsError, AddressError, BrokerUnreachableError, ServerTooOldError, NotDurableError, ServerBinaryMissingError.
   * @throws MissingRightsError when the server's user lacks rights that a producer needs; nothing is left open.
   * @throws ConfirmUnsupportedError when the server cannot confirm in the way of `confirm`; nothing is left open.
   */
  static async connect(options: ProducerOptions = {}): Promise<Producer> {
    const checked = producerOptions.check(options);
    const { namespace, connectTimeoutMs } = checked;
    const role = 'producer';
    const opening = { namespace, connectTimeoutMs, ...retentionIn(checked), role, name: 'acktor-producer' } as const;
    const engine = engineFor(checked, options);
    const connected = await engine.openBroker(opening);
    try {
      connected.broker.requireConfirm(checked.confirm);
      return new Producer(new ProducerDeps(engine, connected, checked));
    } catch (error) {
      await connected.close();
      throw error;
    }
  }

  /** Where the queues are, without a password; for people. */
  get address(): string {
    return this.#connected.address;
  }

  /**
   * Sends one job, and resolves when the server has it, and when the disk or the replicas of `confirm` have it, too. Sends
   * of the same turn of the event loop travel together, and share their wait for a confirmation.
   *
   * The id is given before sending, so a resend by the connection cannot add the job twice.
   * @throws PayloadError, OptionsError, NameError, NotAContractError: nothing was sent.
   * @throws QueueFullError: as many jobs wait as the contract's `maxLength` lets; the job was not accepted.
   * @throws SendRefusedError: the server refused it; the job was not accepted.
   * @throws SendUnconfirmedError: no answer within `sendTimeoutMs`; sending again under the same id is safe.
   * @throws ConfirmShortfallError: the server has the job, but it was not confirmed in time.
   * @throws ConfirmUnsupportedError: the server cannot confirm so; nothing was sent.
   */
  async send<J extends AnyJob>(job: J, data: PayloadInput<J>, options?: SendOptions): Promise<Receipt<J>> {
    this.#requireOpen();
    requireContract(job, 'send');
    return this.#tracked(this.#sender.send(job, data, options));
  }

  /**
   * Sends a job and resolves with what its handler returned: a remote procedure call. The answer comes with the event that the ack writes, without a
   * look-up; calls of a producer share one connection for each queue.
   *
   * When `timeoutMs` have passed, the job is cancelled, as {@link cancel} does it, or with `whenLate: 'goOn'` left to itself; either way an answer that
   * comes later is dropped. The job of a caller that is killed goes on; `expiresInMs` bounds how long it may wait.
   * @throws CallTimeoutError after `timeoutMs`, the signal's reason when that aborts: the job may or may not have been begun.
   * @throws DeadLetteredError with the reason when the job was rejected or its attempts were used up; ResultError when its result is off the contract's schema.
   * @throws JobGoneError when it was cancelled, purged or expired while it waited; ClosedError when the producer is closed first.
   * @throws PayloadError, OptionsError, NameError, NotAContractError, and as {@link send} where it is not accepted: nothing was sent.
   * @example
   * const { receipt } = await producer.call(chargeCard, { orderId: 'o-1', cents: 990 }, { timeoutMs: 5_000 });
   */
  async call<J extends AnyJob>(job: J, data: PayloadInput<J>, options: CallOptions): Promise<ResultOf<J>> {
    this.#requireOpen();
    requireContract(job, 'call');
    const { broker } = this.#connected;
    const track = <T>(answer: Promise<T>) => this.#tracked(answer);
    return callJob(
      { broker, ids: this.#ids, sender: this.#sender, limits: this.#options, track },
      { job, data, options },
    );
  }

  /**
   * Sends a stream of jobs in constant memory, some hundreds in flight at a time; a slow server slows the source down.
   *
   * @throws NotAContractError, OptionsError for payloads that cannot be iterated: nothing was sent.
   * @throws BulkSendError at the first job that could not be sent; it says how many were accepted before.
   */
  async sendBulk<J extends AnyJob>(
    job: J,
    payloads: Iterable<PayloadInput<J>> | AsyncIterable<PayloadInput<J>>,
    options: BulkOptions<J> = {},
  ): Promise<BulkSummary> {
    requireContract(job, 'sendBulk');
    requireIterable(payloads);
    return sendInBulk((data, each) => this.send(job, data, each), payloads, options);
  }

  /**
   * Publishes to an exchange: every queue with a binding that matches gets the message as a job of its own, in one step, or none does. Resolves with
   * where it went, and a receipt for each, when the server has all of them, and when `confirm` is met. What is bound on the server at that moment
   * counts. A message that nothing matches goes nowhere, unless the exchange has an alternate or `mandatory` refuses it.
   *
   * In a cluster, whose queues lie on several servers, the jobs come to their queues later than the publish resolves, but all of them do.
   * @throws PayloadError, NameError (also for a key off the exchange's `keys`), OptionsError, NotAContractError: nothing was sent.
   * @throws ExchangeNotFoundError for one that is not declared; ExchangeMismatchError for one that is with another type; UnroutableError with
   * `mandatory`; RoutingLimitError above 1,000 routes: nothing was sent.
   * @throws QueueFullError, SendRefusedError: a queue takes no job, and none was sent to any.
   * @throws SendUnconfirmedError, ConfirmShortfallError, ConfirmUnsupportedError, EngineFeatureError: as {@link send}.
   * @example
   * await producer.publish(orders, 'order.eu.created', { orderId: 'o-1' });
   */
  // oxlint-disable-next-line max-params -- where, under which key, what, and how: four different things
  async publish<E extends AnyExchange>(
    exchange: E,
    key: RoutingKeyOf<E>,
    data: PublishedInput<E>,
    options?: PublishOptions,
  ): Promise<Published> {
    this.#requireOpen();
    return this.#tracked(this.#publisher.publish(exchange, key, data, options));
  }

  /** The exchanges of the namespace: to declare them, and to bind jobs to them. @throws EngineFeatureError where the engine has none. */
  exchanges(): Exchanges {
    this.#requireOpen();
    return new Exchanges(this.#connected.broker.exchanges());
  }

  /** The receipt of a job that any client sent before, by its id: to wait for its result from another process. @throws NameError, NotAContractError. */
  receipt<J extends AnyJob>(job: J, id: string): Receipt<J> {
    requireContract(job, 'receipt');
    checkId(id);
    return new Receipt({ job, id, outcome: 'accepted', broker: this.#connected.broker, limits: this.#options });
  }

  /**
   * Cancels a job wherever it is. One that waits, for its time or its turn, is removed: its receipts reject with JobGoneError.
   * Of one that is under way the handler's signal aborts with a CancelledError, in whichever process it runs, and the job is
   * dead-lettered when the handler lets go; a handler that returns all the same is acked. May be repeated.
   *
   * @throws NameError, OptionsError, NotAContractError: nothing was done. @throws ConnectionLostError: it may have been done; cancel again.
   */
  async cancel(job: AnyJob, id: string, options: CancelOptions = {}): Promise<CancelOutcome> {
    this.#requireOpen();
    requireContract(job, 'cancel');
    checkId(id);
    const { why } = cancelOptions.check(options);
    const { broker } = this.#connected;
    const ofFlow = isFlow(job) ? await cancelFlow(broker, job.queue, { id, why }) : undefined;
    return ofFlow ?? broker.cancel(job.queue, id, why);
  }

  /**
   * The consumers of the job's queue right now: whether there are any, how many in how many workers, and on which hosts. Asks every worker
   * process, which takes half a second where one does not answer, and opens two connections when it is called first.
   *
   * @throws NotAContractError; ConnectionLostError, BrokerUnreachableError while the server is away.
   * @example
   * if (!(await producer.consumersOf(chargeCard)).isConsumed) console.warn('no worker charges cards');
   */
  async consumersOf(job: AnyJob): Promise<JobConsumers> {
    this.#requireOpen();
    requireContract(job, 'consumersOf');
    return this.#consumers.of(job.queue);
  }

  /** The dead letters of a job, or of a whole queue by its name. @throws NameError, NotAContractError. */
  deadLetters(jobOrQueue: AnyJob | string): DeadLetters {
    this.#requireOpen();
    if (typeof jobOrQueue !== 'string') requireContract(jobOrQueue, 'deadLetters');
    const queue = typeof jobOrQueue === 'string' ? jobOrQueue : jobOrQueue.queue;
    checkName('queue', queue);
    const job = typeof jobOrQueue === 'string' ? undefined : jobOrQueue;
    const store = this.#connected.broker.deadLetters(queue);
    return new DeadLetters({ queue, jobName: job?.name, job, limits: this.#options, store });
  }

  /**
   * Sends a job at the times of a cron pattern, or in intervals, until the schedule is removed: one job for each time, whichever worker dies.
   * A second call under the same name changes it; a run that is due already stays due, and one that is paused stays paused. Each run has the
   * same payload, or where it is left out what the contract's `scheduleData` computes, and its handler the time in `delivery.scheduledFor`. A worker has to be there: who fetches a run adds the next one.
   *
   * `name` is 1 to 128 letters, digits, `_` or `-`, unique within the job's queue. BullMQ's clients and dashboards show it as a job scheduler.
   * @throws PayloadError, OptionsError, NameError, NotAContractError: nothing was changed.
   * @throws ConnectionLostError: it may have been put; putting it again is safe. ServerRefusalError, BrokerReplyError.
   * @example
   * await producer.schedule('digest-daily', sendDigest, { cron: '0 7 * * 1-5', timeZone: 'Europe/Berlin' }, { list: 'all' });
   */
  // oxlint-disable-next-line max-params -- a name, what it sends, when, and with which payload: four different things
  async schedule<J extends AnyJob>(
    name: string,
    job: J,
    options: ScheduleOptions,
    ...[data]: ScheduleArguments<J>
  ): Promise<Schedule> {
    this.#requireOpen();
    requireContract(job, 'schedule');
    checkName('schedule', name);
    const schedule = await newSchedule(name, job, { options, data, limits: this.#options });
    const put = await putSchedule(this.#connected.broker.schedules(job.queue), schedule);
    return scheduleOf(job.queue, { ...schedule, ...put, runs: 1 });
  }

  /** The schedules of a job's queue, or of a queue by its name. @throws NameError, NotAContractError. */
  schedules(jobOrQueue: AnyJob | string): Schedules {
    this.#requireOpen();
    if (typeof jobOrQueue !== 'string') requireContract(jobOrQueue, 'schedules');
    const queue = typeof jobOrQueue === 'string' ? jobOrQueue : jobOrQueue.queue;
    checkName('queue', queue);
    const { broker } = this.#connected;
    return new Schedules({ queue, store: broker.schedules(queue), broker });
  }

  /**
   * An actor by its type and its id, to start it, send it events and look at it. It need not exist yet.
   * @throws NotAContractError, NameError.
   * @example
   * await producer.actor(order, 'o-17').send({ type: 'cancel', why: 'changed my mind' });
   */
  actor<A extends AnyActor>(contract: A, id: string): ActorAddress<A> {
    this.#requireOpen();
    requireActor(contract, 'actor');
    const { broker } = this.#connected;
    return new ActorAddress({
      contract,
      id,
      broker,
      send: (mail, options) => this.send(contract.mailbox, mail, options),
    });
  }

  /** Closes the connections. Sends in flight are answered first. May be called twice. */
  close(): Promise<void> {
    this.#closing ??= this.#closeWhenAnswered();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** The producer is not closed before it is answered. */
  async #tracked<T>(answer: Promise<T>): Promise<T> {
    this.#sendsInFlight += 1;
    try {
      return await answer;
    } finally {
      this.#sendsInFlight -= 1;
      if (this.#sendsInFlight === 0) this.#whenAnswered();
    }
  }

  async #closeWhenAnswered(): Promise<void> {
    if (this.#sendsInFlight > 0) {
      await new Promise<void>((resolve) => {
        this.#whenAnswered = resolve;
      });
    }
    try {
      await this.#consumers.close();
    } finally {
      await this.#connected.close();
    }
  }

  #requireOpen(): void {
    if (this.#closing) throw new ClosedError('producer');
  }
}
