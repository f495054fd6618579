/** What the window lends to tests. */
interface Window {
  __holdfastMap?: {
    conditionOf(name: string): string | null;
    screenPositionOf(name: string): { x: number; y: number } | null;
  };
  __cspViolations?: unknown[];
}
