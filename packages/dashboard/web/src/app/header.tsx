// Above every page: where one is, how large the fleet is, and whether what is shown is true.
import { useEffect, useState } from 'react';
import { Choice } from '../fields/choice.js';
import type { FleetModel } from '../live/fleet-model.js';
import { useFleet, useLink, type Link } from '../live/store.js';
import { duration, plural, timeOfDay } from '../numbers/format.js';
import { addressOf, places, useRoute, type Place } from '../route/route.js';
import { useSession } from '../session/session.js';
import { SignOut } from '../session/sign-out.js';
import { schemes, useScheme, type Scheme } from '../theme/scheme.js';

const titles: Readonly<Record<Place, string>> = {
  fleet: 'Fleet',
  consumers: 'Consumers',
  queues: 'Queues',
  jobs: 'Jobs',
  'dead-letters': 'Dead letters',
};

export function Header() {
  const { place } = useRoute();
  useEffect(() => {
    document.title = `${titles[place]} · Acktor`;
  }, [place]);
  return (
    <header className="header">
      <a className="brand" href={addressOf('fleet')}>
        Acktor
      </a>
      <nav aria-label="Pages" className="navigation">
        {places.map((name) => (
          <a key={name} href={addressOf(name)} aria-current={name === place ? 'page' : undefined}>
            {titles[name]}
          </a>
        ))}
      </nav>
      <Standing />
    </header>
  );
}

function Standing() {
  const fleet = useFleet();
  const { role, namespace, server } = useSession();
  return (
    <div className="standing">
      <span className="fleet-size" title={`namespace ${namespace} on ${server}`}>
        {sizeOf(fleet)}
      </span>
      {role === 'viewer' ? <span className="chip">viewer</span> : null}
      <SchemeChoice />
      <SignOut />
      <LinkSign />
    </div>
  );
}

function sizeOf(fleet: FleetModel): string {
  const alive = [...fleet.workers.values()].filter(({ ended }) => ended === undefined);
  const hosts = new Set(alive.map(({ report }) => report.host)).size;
  const consumers = alive.reduce((sum, worker) => sum + worker.consumers.size, 0);
  return [plural(hosts, 'host'), plural(alive.length, 'process', 'processes'), plural(consumers, 'consumer')].join(
    ' · ',
  );
}

const schemeNames: Readonly<Record<Scheme, string>> = { system: 'as system', light: 'light', dark: 'dark' };

function SchemeChoice() {
  const [scheme, choose] = useScheme();
  const items = schemes.map((value) => ({ value, label: schemeNames[value] }));
  const pick = (value: string) => choose(schemes.find((name) => name === value) ?? 'system');
  return <Choice label="Colours" items={items} value={scheme} onChoose={pick} />;
}

function LinkSign() {
  const link = useLink();
  const fleet = useFleet();
  const words = link.state === 'live' ? 'live' : 'away';
  return (
    <span className={`link link-${link.state}`}>
      <i aria-hidden />
      <span role="status">{words}</span>
      <span className="figure" aria-hidden>
        · {timeOfDay(fleet.nowMs())}
      </span>
    </span>
  );
}

/** Over the page while nothing is heard; what it showed last stays, greyed. */
export function LinkBanner() {
  const link = useLink();
  const [startedMs] = useState(() => Date.now());
  if (link.state === 'live') return null;
  if (link.state === 'connecting' && Date.now() - startedMs < 1_500) return null;
  return (
    <p className="banner" role="alert">
      {bannerWords(link)}
    </p>
  );
}

function bannerWords(link: Exclude<Link, { state: 'live' }>): string {
  if (link.state === 'connecting') return 'Connecting to the dashboard’s server …';
  const seen =
    link.lastAtMs === undefined
      ? ''
      : ` Last seen ${duration(Math.round((Date.now() - link.lastAtMs) / 1_000) * 1_000)} ago.`;
  return link.state === 'redisAway'
    ? `Redis does not answer the dashboard’s server.${seen} It goes on trying; workers keep what they hold.`
    : `Disconnected from the dashboard’s server.${seen} Trying again …`;
}
