// What happened to a process, in words.
import type { ProcessNews } from '#protocol/live.js';
import { plural } from '../numbers/format.js';

export function newsWords({ host, pid, what, held }: ProcessNews): string {
  const name = `${host} · ${pid}`;
  if (what === 'joined') return `${name} started`;
  if (what === 'left') return `${name} took its leave`;
  return `${name} died, held ${held === 0 ? 'nothing' : `${plural(held, 'job')}: given back`}`;
}
