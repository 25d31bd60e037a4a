// Explains the words of a panel to who asks for it.
import { Popover } from '@base-ui/react/popover';

interface HelpProps {
  /** Whose words they are, such as `the chart`. */
  readonly about: string;
  readonly terms: readonly (readonly [term: string, meaning: string])[];
}

export function Help({ about, terms }: HelpProps) {
  return (
    <Popover.Root>
      <Popover.Trigger className="help" aria-label={`What the words of ${about} mean`}>
        ?
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Positioner className="choice-place" sideOffset={4}>
          <Popover.Popup className="help-sheet" aria-label={`The words of ${about}`}>
            <dl>
              {terms.map(([term, meaning]) => (
                <div key={term}>
                  <dt>{term}</dt>
                  <dd>{meaning}</dd>
                </div>
              ))}
            </dl>
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  );
}
