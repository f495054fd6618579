import { useLayoutEffect, useState, useSyncExternalStore, type RefObject } from 'react';
import { canvasTokens, onTokensChanged } from '../../theme/tokens.ts';

/** The size of an element in CSS pixels, followed; zero until it is there. */
export function useElementSize(place: RefObject<HTMLElement | null>): {
  readonly width: number;
  readonly height: number;
} {
  const [size, setSize] = useState({ width: 0, height: 0 });
  useLayoutEffect(() => {
    const element = place.current;
    if (!element) return undefined;
    const measure = (): void =>
      setSize({ width: element.clientWidth, height: element.clientHeight });
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [place]);
  return size;
}

/** The theme's tokens for a canvas; renders again with the theme. */
export function useTokens(): ReturnType<typeof canvasTokens> {
  return useSyncExternalStore(onTokensChanged, canvasTokens);
}
