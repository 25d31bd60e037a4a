// Every error that the worker throws on purpose, and what a handler's signal may carry.
import { AcktorError, type AcktorErrorDetails, type Fault } from '@acktor/core';
import type { ChildRef } from '@acktor/core/engine';

/** The lease of a delivery is lost: another consumer may have the job. Stop, and change nothing more. */
export class LeaseLostError extends AcktorError {
  readonly code = 'ACKTOR_LEASE_LOST';

  constructor(readonly jobId: string) {
    super(`the lease of job ${jobId} is lost: it may run elsewhere by now; nothing that this handler does is acked`);
  }
}

/** A handler's progress, or a line of its log, cannot be kept; `faults` says where it is wrong. Nothing was kept of it. */
export class ProgressError extends AcktorError {
  readonly code = 'ACKTOR_BAD_PROGRESS';

  constructor(
    readonly jobId: string,
    readonly faults: readonly Fault[],
    details: AcktorErrorDetails = {},
  ) {
    super(`progress of job ${jobId}: ${faults.map(({ path, message }) => `${path}: ${message}`).join('; ')}`, details);
  }
}

/** A delivery sends more with its ack than one call to the server is to carry. The job that was too much is not sent; those before it are. */
export class SendLimitError extends AcktorError {
  readonly code = 'ACKTOR_SEND_LIMIT';

  constructor(
    readonly jobId: string,
    /** The option that bounds it. */
    readonly option: 'maxSendsWithAck' | 'maxSendsWithAckBytes',
    { most, got }: { readonly most: number; readonly got: number },
  ) {
    const what = option === 'maxSendsWithAck' ? 'jobs' : 'bytes of payload';
    super(
      `expected the delivery of job ${jobId} to send at most ${most} ${what} with its ack, got ${got} (${option}): ` +
        'raise it, or send one job that sends the others',
    );
  }
}

/**
 * A handler waits for the children of its job, `delivery.waitForChildren()`: this delivery is over, and the job is run again when they have
 * ended. Whatever the handler returns or throws after it, that is how the delivery ends.
 */
export class WaitingForChildrenError extends AcktorError {
  readonly code = 'ACKTOR_WAITING_FOR_CHILDREN';

  constructor(
    readonly jobId: string,
    /** How many have not ended. */
    readonly open: number,
  ) {
    super(`job ${jobId} waits for ${open} of its children, and is run again when they have ended`);
  }
}

/** The queue holds another job under the id of a child: nothing was added. */
export class ChildIdTakenError extends AcktorError {
  readonly code = 'ACKTOR_CHILD_ID_TAKEN';

  constructor(
    readonly jobId: string,
    readonly child: ChildRef,
  ) {
    super(
      `expected an id for a child of job ${jobId} that queue ${child.queue} does not hold, got "${child.id}", which is a job of another parent or of none: give the child another id`,
    );
  }
}

/** A delivery took longer than its contract's `deadlineMs`. */
export class DeadlineError extends AcktorError {
  readonly code = 'ACKTOR_DEADLINE';

  constructor(
    readonly jobId: string,
    readonly deadlineMs: number,
    jobName?: string,
  ) {
    const job = jobName === undefined ? jobId : `${jobName} ${jobId}`;
    super(
      `expected job ${job} to end within its deadline of ${deadlineMs} ms, and it did not: give delivery.signal to what it waits for, or raise deadlineMs in its contract`,
    );
  }
}

/** The job was cancelled. */
export class CancelledError extends AcktorError {
  readonly code = 'ACKTOR_CANCELLED';

  constructor(
    readonly jobId: string,
    readonly why: string,
  ) {
    super(`job ${jobId} was cancelled: ${why}`);
  }
}

/** The worker stops, and the time for finishing is over. The job goes back to the head of its queue. */
export class ShutdownError extends AcktorError {
  readonly code = 'ACKTOR_SHUTDOWN';

  constructor(readonly jobId: string) {
    super(`the worker stops before job ${jobId} has ended: it is requeued`);
  }
}

/**
 * A failure that trying again cannot mend. Thrown by a handler, as it is or extended, it makes its job a dead letter at once, with
 * its message, stack and causes.
 *
 * @example
 * class CardDeclined extends FinalError {}
 */
export class FinalError extends AcktorError {
  readonly code: string = 'ACKTOR_FINAL';
}

/** A child became a dead letter that its parent dies with: the parent becomes one as well. */
export class ChildDeadError extends FinalError {
  override readonly code: string = 'ACKTOR_CHILD_DEAD';

  constructor(
    readonly jobId: string,
    readonly child: ChildRef,
  ) {
    super(
      `child ${child.id} of job ${jobId}, in queue ${child.queue}, became a dead letter: redrive the child, then the job`,
    );
  }
}

/** Two handlers are for one job. */
export class DuplicateHandlerError extends AcktorError {
  readonly code = 'ACKTOR_DUPLICATE_HANDLER';

  constructor(
    readonly job: string,
    readonly handlers: readonly [string, string],
  ) {
    const jobs = job === '' ? 'all other jobs of a queue' : `job ${job}`;
    super(`expected one handler for ${jobs}, got ${handlers.join(' and ')}: leave one of them out`);
  }
}

/** A class has two `@handles`; `jobs` in the order in which they were applied, which is from the class upwards. */
export class HandlesTwiceError extends AcktorError {
  readonly code = 'ACKTOR_HANDLES_TWICE';

  constructor(
    readonly handler: string,
    readonly jobs: readonly [handled: string, second: string],
  ) {
    const [handled, second] = jobs;
    super(
      `expected one @handles on ${handler}, got a second one, for job ${second} (it handles ${handled} already): write a class for each job`,
    );
  }
}

/** Something in `handlers` is no handler: it is not declared as one, has no method to run, or a parameter that nothing is injected into. */
export class NotAHandlerError extends AcktorError {
  readonly code = 'ACKTOR_NOT_A_HANDLER';

  /** @param found The name of the class, or what was given in its place. */
  constructor(
    readonly found: string,
    sentence: string,
  ) {
    super(sentence);
  }
}

/** The container could not know what to pass to the constructor of a handler, or of something that it depends on. */
export class UnresolvableParameterError extends AcktorError {
  readonly code = 'ACKTOR_UNRESOLVABLE_PARAMETER';
  readonly handler: string;

  readonly parameter: number;

  /**
   * @param path The names of the classes, from the handler to the one with the parameter.
   * @param at Which parameter, from 0, and whether it is one that `inject` names.
   */
  constructor(
    readonly path: readonly string[],
    { parameter, isNamed }: { readonly parameter: number; readonly isNamed: boolean },
    why: string,
  ) {
    const [handler = '', ...needed] = path;
    const owner = needed.length === 0 ? 'its constructor' : `the constructor of ${needed.at(-1)}`;
    const way = needed.length === 0 ? '' : `it needs ${needed.join(', which needs ')}, and `;
    const what = isNamed ? `inject[${parameter}]` : `parameter ${parameter} of ${owner}`;
    super(`cannot build ${handler}: ${way}${what} ${why}`);
    this.parameter = parameter;
    this.handler = handler;
  }
}

/** The container could not build a handler for a delivery. */
export class HandlerBuildError extends AcktorError {
  readonly code = 'ACKTOR_HANDLER_BUILD';

  constructor(
    readonly handler: string,
    cause: Error,
  ) {
    // In one line, for a log or a table shows no more, and why is in the last.
    super(`cannot build ${handler}: ${cause.message.replaceAll(/\s*\n\s*/g, ' ')}`, { cause });
  }
}

/** A middleware called `next()` a second time in one delivery, which fails, or after it had returned, when the delivery was over. */
export class NextCalledError extends AcktorError {
  readonly code = 'ACKTOR_NEXT_CALLED';

  constructor(
    readonly middleware: string,
    when: string,
  ) {
    super(
      `expected ${middleware} to call next() at most once, before it returns, and it called it ${when}: ` +
        'a handler runs once in a delivery (throw, or return reject(…), to have the job tried again)',
    );
  }
}

/** A middleware returned nothing though `next()` gave it something: a result, or a rejection, that would be lost. */
export class MiddlewareResultError extends AcktorError {
  readonly code = 'ACKTOR_MIDDLEWARE_RESULT';

  constructor(readonly middleware: string) {
    super(
      `expected ${middleware} to return what next() gave, or something in its place, got undefined: ` +
        'write `return await next()`, or return null where nothing is meant',
    );
  }
}

/** What a handler or a middleware asks for is not provided for its delivery. */
export class NotProvidedError extends AcktorError {
  readonly code = 'ACKTOR_NOT_PROVIDED';

  constructor(
    readonly token: string,
    why: string,
  ) {
    super(`expected ${token} to be provided: ${why}`);
  }
}

/** `provide` or `inject` of a delivery was called after the delivery had ended: what it would build would never be disposed of. */
export class DeliveryEndedError extends AcktorError {
  readonly code = 'ACKTOR_DELIVERY_ENDED';

  constructor(readonly jobId: string) {
    super(
      `expected provide(), inject(), step() and sendWithAck() of the delivery of job ${jobId} to be called before it ends, and it has ended: ` +
        'await what calls them, or ask for what you need beforehand',
    );
  }
}

/** A batch handler returned something other than an outcome for each delivery, or settled one that it was not given. */
export class BatchError extends FinalError {
  override readonly code = 'ACKTOR_BATCH';
}

/** A worker was asked for metrics that it does not keep. */
export class MetricsOffError extends AcktorError {
  readonly code = 'ACKTOR_METRICS_OFF';

  constructor() {
    super('expected a worker that keeps metrics: start it with { metrics: true }');
  }
}

/** The address for metrics could not be listened on. */
export class MetricsPortError extends AcktorError {
  readonly code = 'ACKTOR_METRICS_PORT';

  constructor(
    readonly host: string,
    readonly port: number,
    options: { readonly cause: unknown },
  ) {
    const why = options.cause instanceof Error ? options.cause.message : String(options.cause);
    super(`cannot listen on ${host}:${port} for metrics: ${why}; choose another port, or 0 for any`, options);
  }
}

/** A machine cannot be compiled: its chart has what only XState itself can run, or names what it does not have. */
export class UncompilableChartError extends AcktorError {
  readonly code = 'ACKTOR_UNCOMPILABLE_CHART';

  constructor(
    readonly machineId: string,
    complaint: string,
  ) {
    super(`the machine "${machineId}" cannot be compiled: ${complaint}`);
  }
}

/** The thread that keeps a worker present and renews its leases could not be started, and the server is not the reason. */
export class HeartbeatError extends AcktorError {
  readonly code = 'ACKTOR_HEARTBEAT';

  /** @param reason The thread's own message. */
  constructor(readonly reason: string) {
    super(
      `expected the heartbeat's thread to start, but it failed: ${reason} ` +
        `(a flag of Node, NODE_OPTIONS or a module that they preload may be what a thread does not take)`,
    );
  }
}
