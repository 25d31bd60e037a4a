// Which node of a cluster is in charge of which key, as CLUSTER SLOTS answers it.
import slotOf from 'cluster-key-slot';
import { showPlace, type Place } from './endpoint.js';

export interface SlotMap {
  /** Every node in it, masters and replicas. */
  readonly nodes: readonly Place[];
  readonly masters: readonly Place[];
  /** Undefined while nobody is in charge. */
  masterOf(key: string): Place | undefined;
}

/** Reads the answer that `informant` gave. */
export function readSlots(answer: unknown, informant: Place): SlotMap {
  const ranges = (answer as readonly RawRange[]).map(([from, to, ...nodes]) => ({
    from,
    to,
    nodes: nodes.map(([host, port]) => ({ host: knownHost(host) ?? informant.host, port })),
  }));
  return {
    nodes: distinct(ranges.flatMap(({ nodes }) => nodes)),
    masters: distinct(ranges.flatMap(({ nodes }) => nodes.slice(0, 1))),
    masterOf: (key) => {
      const slot = slotOf(key);
      return ranges.find(({ from, to }) => from <= slot && slot <= to)?.nodes[0];
    },
  };
}

type RawRange = readonly [from: number, to: number, ...nodes: RawNode[]];
type RawNode = readonly [host: string | null, port: number, ...rest: unknown[]];

/** A node that does not know its own name answers nothing, or a question mark, for it: it is where it was asked. */
function knownHost(host: string | null): string | undefined {
  return host === null || host === '' || host === '?' ? undefined : host;
}

function distinct(places: readonly Place[]): readonly Place[] {
  return [...new Map(places.map((place) => [showPlace(place), place])).values()];
}
