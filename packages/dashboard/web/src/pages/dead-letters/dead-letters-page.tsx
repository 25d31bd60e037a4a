// Dead letters by queue and reason: to look at, redrive or purge.
import { Choice } from '../../fields/controls.js';
import { useDeadLetters, useSeeing } from '../../live/dead-letters.js';
import type { LiveFleet } from '../../live/live-fleet.js';
import { useFleet } from '../../live/store.js';
import { Answered, Empty } from '../../notice/states.js';
import { setFilters, useRoute } from '../../route/route.js';
import { GroupTable } from './group-table.js';
import { LetterActions } from './letter-actions.js';
import { LetterPanel } from './letter-panel.js';

export function DeadLettersPage() {
  const fleet = useFleet();
  const { queue, reason } = useRoute().filters;
  const [, again] = useDeadLetters();
  const queues = [
    { value: '', label: 'all queues' },
    ...fleet.queues.map((line) => ({ value: line.queue, label: line.queue })),
  ];
  return (
    <>
      <h1 className="title">Dead letters</h1>
      <div className="selection" role="group" aria-label="Filters">
        <Choice
          label="Filter by queue"
          items={queues}
          value={queue ?? ''}
          onChoose={(value) => setFilters({ queue: value, reason: undefined })}
        />
        {queue === undefined ? null : (
          <LetterActions queue={queue} action={{ which: 'all' }} of={`all of ${queue}`} onDone={again} />
        )}
      </div>
      <Reasons queue={queue} reason={reason} />
      {queue === undefined || reason === undefined ? null : (
        <LetterPanel key={`${queue} ${reason}`} queue={queue} reason={reason} />
      )}
    </>
  );
}

interface ReasonsProps {
  readonly queue: string | undefined;
  readonly reason: string | undefined;
}

function Reasons({ queue, reason }: ReasonsProps) {
  const fleet = useFleet();
  const [answer, again] = useDeadLetters();
  const isOfQueue = (group: { readonly queue: string }) => queue === undefined || group.queue === queue;
  // Those of other queues are not shown, so they do not count as seen.
  useSeeing(answer.state === 'here' && answer.value.every((group) => group.freshCount === 0 || isOfQueue(group)));
  return (
    <section className="panel" aria-label="Reasons">
      <Answered answer={answer} what="dead letters" onAgain={again}>
        {(groups) => {
          const shown = groups.filter(isOfQueue);
          return shown.length === 0 ? (
            <Empty>{emptyWords(queue, fleet)}</Empty>
          ) : (
            <GroupTable groups={shown} chosen={reason} onDone={again} />
          );
        }}
      </Answered>
    </section>
  );
}

function emptyWords(queue: string | undefined, { queues, queuesAtMs }: LiveFleet): string {
  if (queue === undefined) return 'There are no dead letters.';
  const isUnknown = queuesAtMs > 0 && !queues.some((line) => line.queue === queue);
  return isUnknown ? `There is no queue ${queue}.` : `There are no dead letters in ${queue}.`;
}
