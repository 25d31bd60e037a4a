// The page's controls: buttons, choices and help.
import { Popover } from '@base-ui/react/popover';
import { Select } from '@base-ui/react/select';
import { Toggle } from '@base-ui/react/toggle';
import { ToggleGroup } from '@base-ui/react/toggle-group';
import type { ComponentProps } from 'react';

export interface ChoiceItem {
  readonly value: string;
  readonly label: string;
}

interface ChoiceProps {
  /** What is chosen, for screen readers. */
  readonly label: string;
  readonly items: readonly ChoiceItem[];
  readonly value: string;
  readonly onChoose: (value: string) => void;
}

/** A choice of one in a list, such as a queue. */
export function Choice({ label, items, value, onChoose }: ChoiceProps) {
  // An address may name what no longer exists: it is shown, to explain why the view is empty.
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

interface SegmentsProps {
  readonly label: string;
  readonly items: readonly ChoiceItem[];
  readonly value: string;
  readonly onChoose: (value: string) => void;
}

/** A choice of a few that are all visible, such as how far the swimlanes reach back. */
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

interface ButtonProps extends Omit<ComponentProps<'button'>, 'className'> {
  /** `strong` for the main action of a view, `grave` for one that cannot be undone. Default `plain`. */
  readonly look?: 'plain' | 'strong' | 'grave';
}

export function Button({ look = 'plain', type = 'button', ...rest }: ButtonProps) {
  return <button {...rest} type={type} className={`button button-${look}`} />;
}

interface HelpProps {
  /** The panel whose words are explained, such as `the chart`. */
  readonly about: string;
  readonly terms: readonly (readonly [term: string, meaning: string])[];
}

/** Explains the words of a panel on request. */
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
