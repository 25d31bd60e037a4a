// Actors whose turns are looked at: computed twice, and what each has come to shown as effects.
import type { AnyJob } from '@acktor/core';
import type { ActionsMail, Mail } from '@acktor/core/internal';
import type { HostedActor, TakeTurn, TurnCommit } from '@acktor/worker';
import { isDeepStrictEqual } from 'node:util';

/** What a turn has ordered, in its order. It was stored with the turn, and is done after it. */
export type TurnEffect =
  /** A job whose end comes back as an event. */
  | { readonly type: 'invoke'; readonly job: string; readonly data: unknown; readonly id: string }
  /** A job that is sent, or an event for another actor. */
  | { readonly type: 'send'; readonly job: string; readonly data: unknown; readonly id: string }
  /** A timer that is set: `xstate.after.1000.order.shipping` is that of `after: { 1_000: … }` in the state `shipping`. */
  | { readonly type: 'timer'; readonly timer: string; readonly delayMs: number }
  /** An invoked job that is cancelled, by its id. */
  | { readonly type: 'cancel'; readonly id: string }
  /** A named action. */
  | { readonly type: 'action'; readonly name: string; readonly params?: unknown };

/** The effects of a turn of an actor of this mailbox, from what its ack stores. */
export function effectsOf({ sends }: TurnCommit, { queue: own, name: type }: AnyJob): readonly TurnEffect[] {
  return sends.flatMap(({ queue, job: { id, name, payload, delayMs, flow } }): readonly TurnEffect[] => {
    const data: unknown = JSON.parse(payload);
    if (flow !== undefined) return [{ type: 'invoke', job: name, data, id }];
    const mail = data as Mail;
    if (queue === own && name === type) {
      if (mail.type === 'ring') return [{ type: 'timer', timer: mail.timer, delayMs }];
      if (mail.type === 'cancel') return [{ type: 'cancel', id: mail.job }];
      if (mail.type === 'actions') return mail.actions.map(actionOf);
    }
    return [{ type: 'send', job: name, data, id }];
  });
}

function actionOf({ name, params }: ActionsMail['actions'][number]): TurnEffect {
  return { type: 'action', name, ...(params !== undefined && { params }) };
}

/** An actor whose turns are computed twice: what differs is no pure logic. */
export function computedTwice(actor: HostedActor): HostedActor {
  return watched(actor, (take) => async (delivery) => {
    const first = await take(delivery);
    if (!('write' in first) || first.write === undefined) return first;
    const second = (await take(delivery)) as TurnCommit;
    // Another turn may have been stored in between.
    if (second.write?.expected === first.write.expected && !isDeepStrictEqual(second.write, first.write))
      throw new Error(
        `expected the same of a turn that is computed again, got ${second.write.value} after ${first.write.value}`,
      );
    return first;
  });
}

/** The actor with something around each of its turns. */
export function watched(actor: HostedActor, around: (take: TakeTurn) => TakeTurn): HostedActor {
  return { mailbox: actor.mailbox, host: (deps) => around(actor.host(deps)) };
}

export const SILENT = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
