import { useRef, useState, type MouseEvent, type PointerEvent, type WheelEvent } from 'react';
import { createStore } from 'zustand/vanilla';
import { atOf, panRange, spanOf, zoomRange, type TimeRange } from '../../chart/time-range.ts';
import { setPosition } from '../../room/position.ts';
import { rangeBetween } from './brush.ts';
import { extentStore } from './entry-feed.ts';
import { positionAt } from './review.ts';
import { choiceOf, setBrush, setChoice } from './timeline-store.ts';
import { endOfTime, useEnd } from './use-timeline.ts';

/** The range that is being dragged out: shown at once, read when the pointer is let go. */
export const draftBrushStore = createStore<{ readonly range: TimeRange | null }>(() => ({
  range: null,
}));

const WHEEL_STEP = 1.0015;
/** Less than this is a click (px). */
const LEAST_DRAG = 4;

interface Drag {
  readonly x: number;
  readonly at: number;
  readonly range: TimeRange;
  readonly isPan: boolean;
  hasMoved: boolean;
}

/**
 * What the pointer does on strip and lanes: dragging brushes a range, with Shift it moves the window;
 * the wheel zooms; a double click puts the desk to the moment.
 */
export function useChartPointer(
  window: TimeRange,
  width: number,
  onClick?: (x: number, y: number) => void,
): {
  /** Where the pointer stands, from the left and from the top; null outside. */
  readonly hovered: { readonly x: number; readonly y: number } | null;
  readonly handlers: {
    onPointerDown: (event: PointerEvent<HTMLElement>) => void;
    onPointerMove: (event: PointerEvent<HTMLElement>) => void;
    onPointerUp: (event: PointerEvent<HTMLElement>) => void;
    onPointerCancel: () => void;
    onPointerLeave: () => void;
    onDoubleClick: (event: MouseEvent<HTMLElement>) => void;
    onWheel: (event: WheelEvent<HTMLElement>) => void;
  };
} {
  const end = useEnd();
  const [hovered, setHovered] = useState<{ x: number; y: number } | null>(null);
  const drag = useRef<Drag | null>(null);
  const placeOf = (event: MouseEvent<HTMLElement>): { x: number; y: number } => {
    const { left, top } = event.currentTarget.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  };
  const handlers = {
    onPointerDown: (event: PointerEvent<HTMLElement>): void => {
      if (event.button !== 0) return;
      event.currentTarget.setPointerCapture(event.pointerId);
      const { x } = placeOf(event);
      drag.current = {
        x,
        at: atOf(window, width, x),
        range: window,
        isPan: event.shiftKey,
        hasMoved: false,
      };
    },
    onPointerMove: (event: PointerEvent<HTMLElement>): void => {
      const place = placeOf(event);
      setHovered(place);
      const from = drag.current;
      if (!from || width === 0) return;
      const byPixels = place.x - from.x;
      if (!from.hasMoved && Math.abs(byPixels) < LEAST_DRAG) return;
      from.hasMoved = true;
      if (from.isPan) {
        moveWindow(panRange(from.range, (-byPixels / width) * spanOf(from.range)));
      } else {
        const range = rangeBetween(from.at, atOf(window, width, place.x), window);
        draftBrushStore.setState({ range });
      }
    },
    onPointerUp: (event: PointerEvent<HTMLElement>): void => {
      const from = drag.current;
      drag.current = null;
      const { range } = draftBrushStore.getState();
      if (range !== null) {
        setBrush(range);
        draftBrushStore.setState({ range: null });
      } else if (from && !from.hasMoved) {
        const { x, y } = placeOf(event);
        onClick?.(x, y);
      }
    },
    onPointerCancel: (): void => {
      drag.current = null;
      draftBrushStore.setState({ range: null });
    },
    onPointerLeave: (): void => setHovered(null),
    onDoubleClick: (event: MouseEvent<HTMLElement>): void =>
      setPosition(positionAt(atOf(window, width, placeOf(event).x))),
    onWheel: (event: WheelEvent<HTMLElement>): void => {
      const sideways = event.shiftKey ? event.deltaY : event.deltaX;
      if (Math.abs(sideways) > Math.abs(event.shiftKey ? 0 : event.deltaY)) {
        moveWindow(panRange(window, (sideways / Math.max(1, width)) * spanOf(window)));
        return;
      }
      const at = atOf(window, width, placeOf(event).x);
      // Near the clock the clock itself stays: who zooms there wants to see the newest.
      const anchor = at > end - spanOf(window) * 0.05 ? end : at;
      moveWindow(zoomRange(window, WHEEL_STEP ** event.deltaY, anchor));
    },
  };
  return { hovered, handlers };
}

function moveWindow(range: TimeRange): void {
  setChoice(choiceOf(range, { from: extentStore.getState().from, end: endOfTime() }));
}
