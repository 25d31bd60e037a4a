// The page as a whole: first the session, then the page in the address.
import { CSPProvider } from '@base-ui/react/csp-provider';
import { useEffect, type ReactNode } from 'react';
import type { SessionView } from '#protocol/requests.js';
import { deadLetterStore } from '../live/dead-letters.js';
import { liveStore, useFleet, useLink } from '../live/store.js';
import { processEventText } from '../live/troubles.js';
import { announce, Announcer } from '../notice/announcer.js';
import { Failed, Loading } from '../notice/states.js';
import { ConsumersPage } from '../pages/consumers/consumers-page.js';
import { DeadLettersPage } from '../pages/dead-letters/dead-letters-page.js';
import { FleetPage } from '../pages/fleet/fleet-page.js';
import { JobsPage } from '../pages/jobs/jobs-page.js';
import { QueuesPage } from '../pages/queues/queues-page.js';
import { useAnswer } from '../requests/request.js';
import { useRoute, type PageName } from '../route/route.js';
import { SessionProvider, useSession } from '../session/session.js';
import { NotLetIn, SignIn } from '../session/sign-in.js';
import { Header, LinkBanner, Verdict } from './header.js';

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

const pages: Readonly<Record<PageName, () => ReactNode>> = {
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
  const { page } = useRoute();
  const link = useLink();
  const Shown = pages[page];
  const isKnown = useFleet().sequence > 0;
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
        {/* Nothing is drawn that the first snapshot would move. */}
        {isKnown ? <Shown /> : <Loading what="the fleet" />}
      </main>
    </>
  );
}

/** The address holds the view: a jump within the page must not change it. */
function skipToContent(event: { preventDefault(): void }): void {
  event.preventDefault();
  document.getElementById('content')?.focus();
}

/** A page that has just been opened gets older events, too: these are in its list, and not announced. */
const announcedForMs = 10_000;

/** Announces each death of a process when it happens. Returns an unsubscribe function. */
function announceDeaths(): () => void {
  const { fleet } = liveStore;
  return fleet.onProcessEvent((event) => {
    if (event.what === 'died' && fleet.nowMs() - event.atMs < announcedForMs)
      announce(`Process ${processEventText(event)}.`);
  });
}
