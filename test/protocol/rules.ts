// The rules that the protocol of a queue stands on. The model runs with any of them switched off; the search then finds what goes wrong.

export const rules = {
  token: 'a settlement is stored for the holder of the lease only',
  expired:
    'an expired lease is taken up again only while no other delivery came after it: the counts of the record stand',
  worker: 'and only by the worker that fetched the job last: a server that forgot counts the same again',
  active: 'and only while the job is active',
  recognized: 'a settlement that is made again is recognized',
  recognizedCounts: 'and only while the counts of the record stand',
  fence: 'a fetch counts the delivery',
  loss: 'giving back from a lost worker counts the lost lease',
  unlock: 'giving back ends the lease',
  owner: 'a renewal refuses what is leased to another delivery',
  dead: 'the reaper takes leases from dead workers only',
  holdOff: 'after a restart or failover the reaper waits until the workers are back',
  reconcile: 'a worker that was cut off gives back what is leased to it and not held by it',
  search: 'and looks again later, for a fetch may come late',
  spare: 'and spares what it holds',
  answered: 'and what it has just fetched, whose reply is on its way',
  first: 'a settlement that was interrupted is made again before anything else',
  sends: 'the jobs that a settlement carries are added if, and only if, it is stored',
} as const;

export type Rule = keyof typeof rules;

/** Whether each rule is on. */
export type Switches = Readonly<Record<Rule, boolean>>;

export function allRulesBut(...off: readonly Rule[]): Switches {
  const names = Object.keys(rules) as readonly Rule[];
  return Object.fromEntries(names.map((name) => [name, !off.includes(name)])) as Switches;
}
