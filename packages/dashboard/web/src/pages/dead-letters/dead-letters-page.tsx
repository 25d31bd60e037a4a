// Dead letters by queue and reason, to be looked at, sent again, or thrown away.
import type { DeadLetterGroup } from '#protocol/requests.js';
import { Choice } from '../../fields/choice.js';
import { useFleet } from '../../live/store.js';
import { Answered, Empty } from '../../notice/states.js';
import { useAnswer } from '../../requests/use-answer.js';
import { setFilters, useRoute } from '../../route/route.js';
import { GroupTable } from './group-table.js';
import { LetterPanel } from './letter-panel.js';
import { LetterActs } from './letter-acts.js';

const everyMs = 5_000;

export function DeadLettersPage() {
  const fleet = useFleet();
  const { queue, reason } = useRoute().filters;
  const [answer, again] = useAnswer<readonly DeadLetterGroup[]>('api/dead-letters', everyMs);
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
          <LetterActs queue={queue} action={{ which: 'all' }} of={`all of ${queue}`} onDone={again} />
        )}
      </div>
      <section className="panel" aria-label="Reasons">
        <Answered answer={answer} what="dead letters" onAgain={again}>
          {(groups) => {
            const shown = groups.filter((group) => queue === undefined || group.queue === queue);
            return shown.length === 0 ? (
              <Empty>None: every job that ended was acked.</Empty>
            ) : (
              <GroupTable groups={shown} chosen={reason} onDone={again} />
            );
          }}
        </Answered>
      </section>
      {queue === undefined || reason === undefined ? null : (
        <LetterPanel key={`${queue} ${reason}`} queue={queue} reason={reason} />
      )}
    </>
  );
}
