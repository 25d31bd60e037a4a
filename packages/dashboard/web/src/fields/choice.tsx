// A choice of one in a list, such as a queue to look at.
import { Select } from '@base-ui/react/select';

export interface ChoiceItem {
  readonly value: string;
  readonly label: string;
}

interface ChoiceProps {
  /** What is chosen, for who does not see where it stands. */
  readonly label: string;
  readonly items: readonly ChoiceItem[];
  readonly value: string;
  readonly onChoose: (value: string) => void;
}

export function Choice({ label, items, value, onChoose }: ChoiceProps) {
  // An address may name what is no more: it is shown, so that one sees why the view is empty.
  const all = items.some((item) => item.value === value) ? items : [...items, { value, label: value }];
  return (
    <Select.Root items={all} value={value} onValueChange={(chosen) => onChoose(chosen ?? '')} modal={false}>
      <Select.Trigger className="choice" aria-label={label}>
        <Select.Value className="choice-value" />
        <Select.Icon className="choice-icon" aria-hidden>
          ▾
        </Select.Icon>
      </Select.Trigger>
      <Select.Portal>
        <Select.Positioner className="choice-place" sideOffset={4} alignItemWithTrigger={false}>
          <Select.Popup className="choice-list">
            {all.map((item) => (
              <Select.Item key={item.value} value={item.value} className="choice-item">
                <Select.ItemIndicator className="choice-tick">✓</Select.ItemIndicator>
                <Select.ItemText>{item.label}</Select.ItemText>
              </Select.Item>
            ))}
          </Select.Popup>
        </Select.Positioner>
      </Select.Portal>
    </Select.Root>
  );
}
