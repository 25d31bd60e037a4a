// Disposes of what was built, each by itself, and not for longer than a while.
import type { GuardedLog } from '@acktor/core/internal';
import type { Clock } from '../channel/clock.js';
import type { Disposable } from './tsyringe.js';

/** How long a `dispose()` is waited for. Below a third of the ten seconds that a supervisor gives a worker to end in. */
export const DISPOSE_MS = 3_000;

export interface DisposalDeps {
  readonly clock: Pick<Clock, 'setTimeout' | 'clearTimeout'>;
  readonly log: GuardedLog;
}

/**
 * Calls `dispose()` of each, the last that was built first, and answers a promise that resolves, never rejects, when all have settled
 * or {@link DISPOSE_MS} have passed; undefined when none has anything to wait for. Whatever fails, or takes longer, is named in the log.
 */
export function disposeOf(disposables: readonly Disposable[], deps: DisposalDeps): Promise<void> | undefined {
  const unsettled = new Map<Disposable, Promise<void>>();
  for (const disposable of disposables.toReversed()) {
    const disposing = begin(disposable, deps.log);
    if (disposing) unsettled.set(disposable, disposing);
  }
  return unsettled.size === 0 ? undefined : settled(unsettled, deps);
}

function begin(disposable: Disposable, log: GuardedLog): Promise<void> | undefined {
  const complain = (err: unknown) =>
    log.warn({ err, class: nameOf(disposable) }, `${nameOf(disposable)} could not be disposed of`);
  try {
    const disposing = disposable.dispose();
    return isThenable(disposing) ? Promise.resolve(disposing).then(() => undefined, complain) : undefined;
  } catch (error) {
    complain(error);
    return undefined;
  }
}

async function settled(unsettled: Map<Disposable, Promise<void>>, { clock, log }: DisposalDeps): Promise<void> {
  const all = [...unsettled].map(([disposable, disposing]) => disposing.then(() => unsettled.delete(disposable)));
  let timer: unknown;
  const isOver = new Promise<void>((resolve) => (timer = clock.setTimeout(resolve, DISPOSE_MS)));
  await Promise.race([Promise.all(all), isOver]);
  clock.clearTimeout(timer);
  for (const name of new Set([...unsettled.keys()].map(nameOf)))
    log.warn(
      { class: name, waitedMs: DISPOSE_MS },
      `dispose() of ${name} has not settled: nobody waits for it any more`,
    );
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}

function nameOf(disposable: Disposable): string {
  const { constructor } = disposable as { readonly constructor?: { readonly name: unknown } };
  return typeof constructor?.name === 'string' && constructor.name !== ''
    ? constructor.name
    : 'an object without a class';
}
