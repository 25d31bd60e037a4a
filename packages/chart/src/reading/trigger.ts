// What sets a transition off, in words: an event of the user's own is its name, one of XState's is said plainly.
import type { AnyStateNode } from 'xstate';

/** `work.ready` stays as it is; XState's own events become `after drainTime`, `runner done`, `always` and the like. */
export function triggerOf(eventType: string, node: AnyStateNode): string {
  if (eventType === '') return 'always';
  if (eventType === '*') return 'any event';
  const [, word = '', subject = ''] = XSTATE_EVENT.exec(eventType) ?? [];
  return WORDS[word]?.(subject, node) ?? eventType;
}

/** As XState 5 writes them: `xstate.after.<delay>.<state id>`, `xstate.done.actor.<actor id>`. */
const XSTATE_EVENT = /^xstate\.(after|done\.state|done\.actor|error\.actor|snapshot\.actor)\.(.*)$/s;

const WORDS: Readonly<Record<string, (subject: string, node: AnyStateNode) => string>> = {
  after: delayTrigger,
  'done.state': () => 'done',
  'done.actor': (id, node) => `${actorName(id, node)} done`,
  'error.actor': (id, node) => `${actorName(id, node)} failed`,
  'snapshot.actor': (id, node) => `${actorName(id, node)} changed`,
};

function delayTrigger(subject: string, node: AnyStateNode): string {
  const delay = subject.endsWith(`.${node.id}`) ? subject.slice(0, -node.id.length - 1) : subject;
  return /^\d+$/.test(delay) ? `after ${delay} ms` : `after ${delay}`;
}

/** An actor without an id of its own has one made of its place, which tells a reader less than what it runs. */
function actorName(id: string, node: AnyStateNode): string {
  const invoked = node.invoke.find((definition) => definition.id === id);
  const isNamed = invoked === undefined || !/^\d+\./.test(id);
  return !isNamed && typeof invoked.src === 'string' ? invoked.src : id;
}
