import { useEffect, useMemo, useState } from 'react';
import type { TimelineEntry } from '../../../shared/ipc/contract.ts';
import type { IncidentRow } from '../../../shared/ipc/rows.ts';
import { entryText as sayEntry } from '../../room/entry-text.ts';
import { mergedInto } from '../../../shared/incident/family.ts';
import type { Translate } from '../../i18n/text.ts';
import { core } from '../../room/core.ts';
import { momentOf, usePosition } from '../../room/position.ts';
import { useRowList } from '../../room/rows.ts';
import { namesOf } from '../../room/names.ts';
import { clockStore } from '../../kit/clock.ts';

const READ_LIMIT = 400;
const SHOWN_LIMIT = 50;
const QUIET_MS = 700;
/** Notes may be dated back to before it was declared. */
const BEFORE_MS = 60 * 60_000;
const AFTER_MS = 60 * 60_000;

/** What people did about an incident, the newest first, at the desk's position. */
export function useEntries(incident: IncidentRow | null): readonly TimelineEntry[] {
  const position = usePosition();
  const incidents = useRowList('incidents');
  const parts = usePartsOf();
  const [found, setFound] = useState<readonly TimelineEntry[]>([]);
  const key = incident?.key ?? null;
  const declaredAt = incident?.declaredAt ?? 0;
  const resolvedAt = incident?.resolvedAt ?? null;

  useEffect(() => {
    if (key === null) return;
    let isGone = false;
    let timer: ReturnType<typeof setTimeout> | null = null;
    const read = async (): Promise<void> => {
      timer = null;
      const end = resolvedAt ?? momentOf(position) ?? clockStore.getState().now;
      try {
        const answer = await core.ask('timeline.read', {
          position,
          from: declaredAt - BEFORE_MS,
          to: end + AFTER_MS,
          limit: READ_LIMIT,
          filter: { groups: ['people', 'runbooks'], text: '', pinnedOnly: false },
        });
        if (!isGone) setFound(answer.entries);
      } catch {
        // The header says when the core does not answer; what was read stays.
      }
    };
    void read();
    const stop =
      position.mode === 'live'
        ? core.on('timeline.grew', () => {
            timer ??= setTimeout(() => void read(), QUIET_MS);
          })
        : () => {};
    return () => {
      isGone = true;
      stop();
      if (timer !== null) clearTimeout(timer);
    };
  }, [key, declaredAt, resolvedAt, position]);

  return useMemo(() => {
    if (key === null) return [];
    const family = mergedInto(incidents, key);
    const isMine = (thing: unknown): boolean => typeof thing === 'string' && family.has(thing);
    return found
      .filter(
        (entry) =>
          isMine(entry.thing) ||
          isMine(parts.get(entry.thing)) ||
          (entry.kind === 'note.written' && isMine(entry.body['incident'])),
      )
      .slice(-SHOWN_LIMIT)
      .reverse();
  }, [found, parts, incidents, key]);
}

/** Of which incident each thing is a part: tasks, decisions and all else that people write. */
function usePartsOf(): ReadonlyMap<string, string | null> {
  const lists = [
    useRowList('runs'),
    useRowList('tasks'),
    useRowList('decisions'),
    useRowList('reports'),
    useRowList('hypotheses'),
    useRowList('updates'),
    useRowList('rollCalls'),
    useRowList('followUps'),
    useRowList('postMortems'),
  ];
  return useMemo(
    () => new Map(lists.flat().map((row) => [row.key, row.incident] as const)),
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- the lists keep their identity
    lists,
  );
}

/** What an entry says, in words. */
export function entryText(entry: TimelineEntry, t: Translate): string {
  const { body } = entry;
  const field = (name: string): string => {
    const value = body[name];
    return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
  };
  switch (entry.kind) {
    case 'incident.declared':
    case 'incident.renamed':
    case 'incident.severity-changed':
    case 'incident.commander-changed':
    case 'incident.reopened':
      return t(`incident.entry.${entry.kind}`, {
        severity: field('severity'),
        title: field('title'),
        reason: field('reason'),
        commander: field('commander'),
      });
    case 'incident.resolved':
      return field('summary') === ''
        ? t('incident.entry.incident.resolved')
        : t('incident.entry.incident.resolved.because', { summary: field('summary') });
    case 'run.started':
      return t('incident.entry.run.started', { title: field('title') });
    case 'run.finished':
      return t(
        field('outcome') === 'abandoned'
          ? 'incident.entry.run.abandoned'
          : 'incident.entry.run.completed',
      );
    case 'run.step-recorded': {
      const outcome = field('outcome');
      const words = { title: field('title'), answer: field('answer') };
      const said =
        outcome === 'skipped' || outcome === 'failed' || outcome === 'answered'
          ? t(`incident.entry.step.${outcome}`, words)
          : t('incident.entry.step.done', words);
      return field('note') === '' ? said : `${said} — ${field('note')}`;
    }
    case 'note.written':
    case 'note.corrected':
      return entry.currentText ?? field('text');
    default: {
      const { kind, subject, text } = sayEntry(entry, t, { other: namesOf(entry).other });
      const what = [subject ?? '', text].filter((part) => part !== '').join(' – ');
      return what === '' ? kind : `${kind}: ${what}`;
    }
  }
}
