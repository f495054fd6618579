import type { Layout } from '../../../shared/graph/layout.ts';

/** What the window and its layout worker say to each other. */
export interface LayoutQuestion {
  readonly id: number;
  readonly names: readonly string[];
  /** What columns are made of, by name; not asked for where there are none. */
  readonly groups: readonly (string | null)[];
  /** Caller and callee by turns, as places in `names`: bulk without objects. */
  readonly ends: Int32Array;
  /** Layouts of another kind are not remembered for this one. */
  readonly kind: string;
  readonly isForce: boolean;
  /** Forget the last layout and put everything in order. */
  readonly anew: boolean;
}

export interface LayoutAnswer {
  readonly id: number;
  readonly layout: Layout;
}
