// A choice of a few that are all to be seen, such as how far a swimlane reaches back.
import { Toggle } from '@base-ui/react/toggle';
import { ToggleGroup } from '@base-ui/react/toggle-group';
import type { ChoiceItem } from './choice.js';

interface SegmentsProps {
  readonly label: string;
  readonly items: readonly ChoiceItem[];
  readonly value: string;
  readonly onChoose: (value: string) => void;
}

export function Segments({ label, items, value, onChoose }: SegmentsProps) {
  const choose = ([chosen]: readonly string[]) => {
    if (chosen !== undefined) onChoose(chosen);
  };
  return (
    <ToggleGroup className="segments" aria-label={label} value={[value]} onValueChange={choose}>
      {items.map((item) => (
        <Toggle key={item.value} value={item.value} className="segment">
          {item.label}
        </Toggle>
      ))}
    </ToggleGroup>
  );
}
