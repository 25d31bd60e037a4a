// Above every page: where one is, how large the fleet is, and whether anything is wrong.
import { useEffect, useState } from 'react';
import { Choice } from '../fields/controls.js';
import { duration, plural, timeOfDay } from '../figures/format.js';
import { freshIn, useDeadLetters } from '../live/dead-letters.js';
import type { LiveFleet } from '../live/live-fleet.js';
import { useFleet, useLink, type Link } from '../live/store.js';
import { troublesOf } from '../live/troubles.js';
import { addressOf, pageNames, useRoute, type PageName } from '../route/route.js';
import { SignOut, useSession } from '../session/session.js';
import { schemes, useScheme, type Scheme } from '../theme/preferences.js';

const titles: Readonly<Record<PageName, string>> = {
  fleet: 'Fleet',
  consumers: 'Consumers',
  queues: 'Queues',
  jobs: 'Jobs',
  'dead-letters': 'Dead letters',
};

export function Header() {
  const { page } = useRoute();
  useEffect(() => {
    document.title = `${titles[page]} · Acktor`;
  }, [page]);
  return (
    <header className="header">
      <a className="brand" href={addressOf('fleet')}>
        Acktor
      </a>
      <nav aria-label="Pages" className="navigation">
        {pageNames.map((name) => (
          <a key={name} href={addressOf(name)} aria-current={name === page ? 'page' : undefined}>
            {titles[name]}
          </a>
        ))}
      </nav>
      <FleetStatus />
    </header>
  );
}

function FleetStatus() {
  const fleet = useFleet();
  const { role, namespace, server } = useSession();
  return (
    <div className="status">
      <span className="fleet-size" title={`namespace ${namespace} on ${server}`}>
        {sizeOf(fleet)}
      </span>
      {role === 'viewer' ? <span className="chip">viewer</span> : null}
      <SchemeChoice />
      <SignOut />
      <LinkStatus />
    </div>
  );
}

function sizeOf(fleet: LiveFleet): string {
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

function LinkStatus() {
  const link = useLink();
  const fleet = useFleet();
  const text = link.state === 'live' ? 'live' : 'away';
  return (
    <span className={`link link-${link.state}`}>
      <i aria-hidden />
      <span role="status">{text}</span>
      <span className="figure" aria-hidden>
        · {timeOfDay(fleet.nowMs())}
      </span>
    </span>
  );
}

/** Above the page while the stream is broken; below it the last state stays, greyed. */
export function LinkBanner() {
  const link = useLink();
  const [startedMs] = useState(() => Date.now());
  if (link.state === 'live') return null;
  if (link.state === 'connecting' && Date.now() - startedMs < 1_500) return null;
  return (
    <p className="banner" role="alert">
      {bannerText(link)}
    </p>
  );
}

function bannerText(link: Exclude<Link, { state: 'live' }>): string {
  if (link.state === 'connecting') return 'Connecting to the dashboard’s server …';
  const seen =
    link.lastAtMs === undefined
      ? ''
      : ` Last seen ${duration(Math.round((Date.now() - link.lastAtMs) / 1_000) * 1_000)} ago.`;
  return link.state === 'redisAway'
    ? `Redis does not answer the dashboard’s server.${seen} It goes on trying; workers keep what they hold.`
    : `Disconnected from the dashboard’s server.${seen} Trying again …`;
}

/** One line on every page: whether anything is wrong. */
export function Verdict() {
  const fleet = useFleet();
  const link = useLink();
  const [deadLetters] = useDeadLetters();
  // While the stream is broken, the banner says so.
  if (link.state !== 'live') return <p className="verdict" aria-hidden />;
  const troubles = troublesOf(fleet, freshIn(deadLetters));
  return (
    <p className={troubles.length === 0 ? 'verdict' : 'verdict verdict-bad'} aria-label="Is anything wrong?">
      <i aria-hidden>{troubles.length === 0 ? '✓' : '▲'}</i> {troubles.length === 0 ? 'All well' : troubles.join(' · ')}
    </p>
  );
}
