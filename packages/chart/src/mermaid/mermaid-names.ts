// What states are called in Mermaid's text, where names are global and some words are taken.
import type { ChartState } from '../model/chart.js';

/** A name for each state, by its id: its own name, or with its parents' before it: `processing_handling`. */
export function nameStates(root: ChartState): ReadonlyMap<string, string> {
  const names = new Map([[root.id, plain(root.name)]]);
  const taken = new Set(RESERVED);
  const nameChildren = ({ states }: ChartState, parents: readonly string[]) => {
    for (const state of states) {
      const path = [...parents, plain(state.name)];
      names.set(state.id, claim(path.join('_'), taken));
      nameChildren(state, path);
    }
  };
  nameChildren(root, []);
  return names;
}

/** Text that Mermaid shows as it is: its own signs are written as their numbers. */
export function escapeText(text: string): string {
  return text.replaceAll(/[^\p{L}\p{N} .,()[\]_/'-]/gu, (sign) => `#${sign.codePointAt(0)};`);
}

/** Words that begin a statement of Mermaid's, which no state may be called. */
const RESERVED = [
  'state',
  'note',
  'end',
  'default',
  'direction',
  'class',
  'classDef',
  'style',
  'scale',
  'as',
  'hide',
  'click',
  'href',
  'root',
];

function plain(name: string): string {
  return name.replaceAll(/\W/g, '_');
}

function claim(name: string, taken: Set<string>): string {
  let free = name;
  for (let number = 2; taken.has(free); number += 1) free = `${name}_${number}`;
  taken.add(free);
  return free;
}
