// The page as a whole: who looks, then where they are.
import { useEffect, type ReactNode } from 'react';
import { CSPProvider } from '@base-ui/react/csp-provider';
import type { SessionView } from '#protocol/requests.js';
import { deadLetterStore } from '../live/dead-letters.js';
import { liveStore, useLink } from '../live/store.js';
import { Announcer } from '../notice/announcer.js';
import { Failed, Loading } from '../notice/states.js';
import { ConsumersPage } from '../pages/consumers/consumers-page.js';
import { DeadLettersPage } from '../pages/dead-letters/dead-letters-page.js';
import { FleetPage } from '../pages/fleet/fleet-page.js';
import { JobsPage } from '../pages/jobs/jobs-page.js';
import { QueuesPage } from '../pages/queues/queues-page.js';
import { useAnswer } from '../requests/use-answer.js';
import { useRoute, type Place } from '../route/route.js';
import { SessionProvider, useSession } from '../session/session.js';
import { NotLetIn, SignIn } from '../session/sign-in.js';
import { announceDeaths } from './announce-deaths.js';
import { Header, LinkBanner } from './header.js';
import { Verdict } from './verdict.js';

export function App() {
  const [answer, again] = useAnswer<SessionView>('api/session');
  if (answer.state === 'loading') return <Notice>{<Loading what="the dashboard" />}</Notice>;
  if (answer.state === 'here')
    return (
      <CSPProvider disableStyleElements>
        <SessionProvider session={answer.value}>
          <Page />
          <Announcer />
        </SessionProvider>
      </CSPProvider>
    );
  if (answer.error.code === 'ACKTOR_NOT_LET_IN') return <NotLetIn onAgain={again} />;
  if (answer.error.status === 401) return <SignIn onSignedIn={again} />;
  return (
    <Notice>
      <Failed error={answer.error} onAgain={again} />
    </Notice>
  );
}

function Notice({ children }: { readonly children: ReactNode }) {
  return (
    <main className="notice" id="content">
      <h1>Acktor</h1>
      {children}
    </main>
  );
}

const pages: Readonly<Record<Place, () => ReactNode>> = {
  fleet: FleetPage,
  consumers: ConsumersPage,
  queues: QueuesPage,
  jobs: JobsPage,
  'dead-letters': DeadLettersPage,
};

function Page() {
  useEffect(() => liveStore.start(), []);
  useEffect(announceDeaths, []);
  const { namespace } = useSession();
  useEffect(() => deadLetterStore.start(namespace), [namespace]);
  const { place } = useRoute();
  const link = useLink();
  const Shown = pages[place];
  const isStale = link.state === 'disconnected' || link.state === 'redisAway';
  return (
    <>
      <a className="skip" href="#content" onClick={skipToContent}>
        Skip to the content
      </a>
      <Header />
      <LinkBanner />
      <Verdict />
      <main id="content" tabIndex={-1} className={isStale ? 'page stale' : 'page'}>
        <Shown />
      </main>
    </>
  );
}

/** The address holds the view: a jump within the page must not change it. */
function skipToContent(event: { preventDefault(): void }): void {
  event.preventDefault();
  document.getElementById('content')?.focus();
}
