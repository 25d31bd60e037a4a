// When two worlds are the same: what is left out makes no difference to what can happen from there.
import { NAMES, type Held, type Server, type World } from './specification.js';

type NameOf = (token: string) => string;

/** Two worlds with the same key have the same future. Of the tokens of a worker it matters only which is later. */
export function keyOf(world: World): string {
  const { faults, hows, mayLose, isHeldOff, late, scope } = world;
  const workers = NAMES.map((name) => world.workers[name]);
  const asked = workers.flatMap(({ held, coming }) => (coming ? [...held, coming] : held));
  for (const { settlement } of late) if (settlement) asked.push(settlement.delivery);
  const servers = faults > 0 ? [world.server, ...world.past] : [world.server];
  const nameOf = shortNames([...asked, ...late], servers);
  const short = ({ job, token, fence, lost, asked: how }: Held) =>
    `${job}${nameOf(token)}${fence}${lost}${how?.[0] ?? ''}`;
  let key = `${faults}${hows.length}${flag(mayLose, 'm')}${flag(isHeldOff, 'h')}`;
  for (const server of servers) key += `/${keyOfServer(server, { jobs: scope.jobs, asked, nameOf })}`;
  for (const { state, held, coming, last } of workers)
    key += `/${state}${held.map(short).join()}>${coming ? short(coming) : ''}${flag(last > 0, '+')}`;
  for (const { token, settlement } of late)
    key += `/${settlement ? settlement.how + short(settlement.delivery) : nameOf(token)}`;
  return key;
}

interface Askers {
  readonly jobs: readonly string[];
  /** The deliveries that may still be asked for: where there is none of an acked job, nothing of it matters any more. */
  readonly asked: readonly Held[];
  readonly nameOf: NameOf;
}

function keyOfServer(server: Server, { jobs, asked, nameOf }: Askers): string {
  let key = `${server.wait.join('')};${server.active.join('')};${server.added.length}`;
  for (const job of jobs) {
    const { fence, lost, worker, lease, owner } = server.record(job);
    const isOver = server.acked.includes(job) && !asked.some((each) => each.job === job);
    const tokens = [lease, lease === owner ? undefined : (owner ?? '')].map((token) => token && nameOf(token));
    key += isOver ? ';' : `;${fence},${lost}${worker ?? ''}${tokens.join('!')}`;
  }
  for (const { token } of asked) if (server.stored.includes(token)) key += `+${nameOf(token)}`;
  return key;
}

function flag(isOn: boolean, letter: string): string {
  return isOn ? letter : '';
}

/** Names tokens by their places among those of their worker that anything has. */
function shortNames(asked: readonly { readonly token: string }[], servers: readonly Server[]): NameOf {
  const tokens = new Set(asked.map(({ token }) => token));
  for (const { records } of servers)
    for (const { lease, owner } of Object.values(records)) {
      if (lease !== undefined) tokens.add(lease);
      if (owner !== undefined) tokens.add(owner);
    }
  // Of a trace, no number has two digits.
  const inOrder = [...tokens].sort();
  return (token) => `${inOrder.indexOf(token) - inOrder.findIndex((each) => each[0] === token[0])}${token[0]}`;
}
