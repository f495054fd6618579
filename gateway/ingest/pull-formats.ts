import type { FormatName } from '../../shared/adapters/registry.ts';

/** How a kind of source is asked. */
export interface PullFormat {
  /** Which adapter understands the answer. */
  readonly adapter: FormatName;
  /** Appended to the source's address. */
  readonly path: string;
  /**
   * Whether the answer that was just read lists everything that is open, so that what is absent is
   * over. Asked after the listing, with whatever else the source can be asked.
   * @throws Error when the source does not answer
   */
  readonly isComplete: (get: (path: string) => Promise<Response>) => Promise<boolean>;
}

/** Senders repeat what fires at least so often: by then a source that started anew knows it again. */
const RELEARNT_AFTER_MS = 5 * 60_000;

export const pullFormats = {
  /**
   * Alertmanager's API v2 (api/v2/openapi.yaml): `GET /alerts` lists what fires, silenced and
   * inhibited alerts too, and leaves out what is resolved. It keeps alerts in memory only: after a
   * start it lists too few until every sender has repeated itself. Both times are of its own clock.
   */
  alertmanager: {
    adapter: 'alertmanager-alerts',
    path: 'api/v2/alerts',
    async isComplete(get) {
      const answer = await get('api/v2/status');
      const said = (await answer.json()) as { uptime?: unknown };
      const startedAt = Date.parse(typeof said.uptime === 'string' ? said.uptime : '');
      const now = Date.parse(answer.headers.get('date') ?? '');
      return now - startedAt >= RELEARNT_AFTER_MS;
    },
  },
} as const satisfies Record<string, PullFormat>;

export type PullFormatName = keyof typeof pullFormats;
