// Below a chart: what the state means that the pointer or the keyboard is on.
import type { StateBox } from '#protocol/chart-view.js';

export function ChartCaption({ box }: { readonly box: StateBox | undefined }) {
  return (
    // Whoever does not see it hears it with the state itself.
    <p className="chart-caption" aria-hidden>
      {box === undefined ? (
        'Point at a state to read what it means; choose it to see only the consumers in it.'
      ) : (
        <>
          <b>{box.state}</b> {box.description ?? 'Its author says nothing of it.'}
        </>
      )}
    </p>
  );
}
