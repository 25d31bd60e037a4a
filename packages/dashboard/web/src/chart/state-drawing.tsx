// One state of a chart: a box with its name, how many are in it, and how long they stay.
import { useId, type KeyboardEvent } from 'react';
import type { StateBox } from '#protocol/chart-view.js';
import { toneOf } from '../theme/palette.js';

interface StateDrawingProps {
  readonly box: StateBox;
  readonly figure?: string | undefined;
  /** Lower right: the time in the state. */
  readonly time?: string | undefined;
  /** Upper right: what is unusual in it. */
  readonly note?: string | undefined;
  /** The share of all that is here, 0 to 1: the fill's height. Default 0. */
  readonly share?: number;
  /** How long they stay, 0 to 1: the fill's strength. Default 0. */
  readonly heat?: number;
  /** `path`: it is part of the path that is shown. */
  readonly look: 'empty' | 'filled' | 'active' | 'dim' | 'path';
  /** All of it in words. */
  readonly label: string;
  readonly isChosen?: boolean;
  readonly onChoose?: (() => void) | undefined;
  /** Called when the pointer or the keyboard comes to the state, and when it leaves. */
  readonly onPoint?: ((isHere: boolean) => void) | undefined;
}

const corner = 10;

export function StateDrawing(props: StateDrawingProps) {
  const { box, look, label, isChosen = false, onChoose, onPoint } = props;
  const classes = [
    'state',
    `state-${look}`,
    `tone-${toneOf(box.state)}`,
    box.kind === 'atomic' ? '' : `state-${box.kind}`,
  ];
  const choosing =
    onChoose === undefined
      ? { role: 'img' }
      : { role: 'button', tabIndex: 0, 'aria-pressed': isChosen, onClick: onChoose, onKeyDown: onKeys(onChoose) };
  return (
    <g className={`${classes.join(' ')}${isChosen ? ' state-chosen' : ''}`} transform={`translate(${box.x} ${box.y})`}>
      <g
        {...choosing}
        {...pointing(onPoint)}
        className="state-box"
        aria-label={label}
        aria-description={box.description}
      >
        <rect className="state-ground" width={box.width} height={box.height} rx={corner} />
        <Fill {...props} />
        <rect className="state-edge" width={box.width} height={box.height} rx={corner} />
      </g>
      <Texts {...props} />
    </g>
  );
}

/** How opaque the fill is. @param heat 0 to 1. */
export const fillStrength = (heat: number) => 0.1 + 0.32 * heat;

/** A level in the box, as in a vessel. */
function Fill({ box, share = 0, heat = 0 }: StateDrawingProps) {
  const clip = useId();
  const height = box.height * share;
  return (
    <>
      <clipPath id={clip}>
        <rect width={box.width} height={box.height} rx={corner} />
      </clipPath>
      <g clipPath={`url(#${clip})`}>
        <rect className="state-tint" width={box.width} height={box.height} />
        <rect
          className="state-fill"
          width={box.width}
          height={box.height}
          style={{ transform: `translateY(${box.height - height}px)`, opacity: fillStrength(heat) }}
        />
      </g>
    </>
  );
}

function Texts({ box, figure, time, note }: StateDrawingProps) {
  const isPlain = figure === undefined && time === undefined;
  const isLow = box.height < lowest || box.kind === 'final';
  const isOpen = box.kind === 'compound' || box.kind === 'parallel';
  const middle = box.height / 2 + 4;
  const lower = isOpen ? headHeight : box.height - 13;
  return (
    // Screen readers have it from the box's label.
    <g aria-hidden className="state-texts">
      <text className="state-name" x={isLow ? 10 : 12} y={isLow || (isPlain && !isOpen) ? middle : 20}>
        {box.name}
      </text>
      {isLow ? (
        <text className="state-figure-small" x={box.width - 10} y={middle + 1} textAnchor="end">
          {figure}
        </text>
      ) : (
        <>
          <text className="state-figure" x={12} y={lower}>
            {figure}
          </text>
          <text className="state-time" x={box.width - 12} y={lower}>
            {time}
          </text>
          <text className="state-note" x={box.width - 10} y={20}>
            {note}
          </text>
        </>
      )}
    </g>
  );
}

/** A lower box has all in one line. */
const lowest = 44;
/** Where the figure stands in a box with others in it: above those. */
const headHeight = 51;

function pointing(onPoint: StateDrawingProps['onPoint']) {
  if (onPoint === undefined) return {};
  const [come, go] = [() => onPoint(true), () => onPoint(false)];
  return { onPointerEnter: come, onPointerLeave: go, onFocus: come, onBlur: go };
}

export function onKeys(choose: () => void) {
  return (event: KeyboardEvent) => {
    if (event.key !== 'Enter' && event.key !== ' ') return;
    event.preventDefault();
    choose();
  };
}
