import { useEffect, useMemo, useRef, useState, type KeyboardEvent } from 'react';
import { Dialog as AriaDialog, Modal, ModalOverlay } from 'react-aria-components';
import type { TimelineEntry } from '../../../shared/ipc/contract.ts';
import type { RowOf, TableName } from '../../../shared/ipc/rows.ts';
import { isEnabled, shortcutsOf, useCommandList, type UiCommand } from '../../commands/registry.ts';
import { useText, type Translate } from '../../i18n/text.ts';
import { classes } from '../../kit/classes.ts';
import { clockStore } from '../../kit/clock.ts';
import { formatMoment } from '../../kit/format.ts';
import { zoneStore } from '../../kit/zone.ts';
import { Icon, type IconName } from '../../kit/icons.tsx';
import { Kbd } from '../../kit/kbd.tsx';
import { ConditionMark, type Condition } from '../../kit/marks.tsx';
import { visibleText } from '../../kit/visible-text.ts';
import { closeDialog, goTo, type ViewName } from '../../room/navigation.ts';
import { linksIn, openLink } from '../../room/links.ts';
import { setPosition } from '../../room/position.ts';
import { rowStore, useRowsLoading } from '../../room/rows.ts';
import { entryText } from '../../room/entry-text.ts';
import { namesOf } from '../../room/names.ts';
import { findInRecord, openSearch, revealEntry } from '../../room/search.ts';
import { select } from '../../room/selection.ts';
import { find, readMoment, type Findable } from './find.ts';
import styles from './palette.module.css';

const LIMIT = 60;

type Kind =
  | 'command'
  | 'service'
  | 'alert'
  | 'runbook'
  | 'incident'
  | 'change'
  | 'moment'
  | 'link'
  | 'entry'
  | 'search';

interface Entry extends Findable {
  readonly kind: Kind;
  readonly condition?: Condition;
  /** A resolved alert: found, but not in the way. */
  readonly isOver?: boolean;
  readonly shortcut?: string;
  readonly aside?: string;
  readonly run: () => void;
}

const ICONS: Record<Kind, IconName> = {
  command: 'chevron-right',
  service: 'map',
  alert: 'alerts',
  runbook: 'runbooks',
  incident: 'warning',
  change: 'change',
  moment: 'clock',
  link: 'link',
  entry: 'timeline',
  search: 'search',
};

/** One field that finds everything: commands, services, alerts, runbooks, incidents, moments. */
export function Palette() {
  const t = useText();
  const [query, setQuery] = useState('');
  const [index, setIndex] = useState(0);
  const field = useRef<HTMLInputElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const everything = useEntries();
  const moments = useMoments(query);
  const recorded = useRecorded(query);
  const entries = useMemo(() => {
    const found = find(everything, query, LIMIT);
    // What is recorded matters less than what is the case, and more than what is over.
    return [
      ...moments,
      ...found.filter((entry) => !entry.isOver),
      ...recorded.entries,
      ...found.filter((entry) => entry.isOver),
    ];
  }, [moments, everything, query, recorded]);
  const current = entries[Math.min(index, entries.length - 1)];

  useEffect(() => field.current?.focus(), []);
  useEffect(() => {
    list.current?.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest' });
  }, [current]);

  const use = (entry: Entry | undefined): void => {
    if (!entry) return;
    closeDialog();
    entry.run();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.nativeEvent.isComposing) return;
    const last = entries.length - 1;
    const steps: Record<string, number> = {
      ArrowDown: index >= last ? 0 : index + 1,
      ArrowUp: index <= 0 ? last : index - 1,
      PageDown: Math.min(last, index + 10),
      PageUp: Math.max(0, index - 10),
    };
    const next = steps[event.key];
    if (next !== undefined) {
      event.preventDefault();
      setIndex(Math.max(0, next));
    } else if (event.key === 'Enter') {
      event.preventDefault();
      use(current);
    }
  };

  return (
    <ModalOverlay
      className={styles['overlay'] ?? ''}
      isOpen
      isDismissable
      onOpenChange={(isOpen) => {
        if (!isOpen) closeDialog();
      }}
    >
      <Modal className={styles['modal'] ?? ''}>
        <AriaDialog
          className={styles['palette'] ?? ''}
          aria-label={t('palette.title')}
          data-testid="palette"
        >
          <div className={styles['field']}>
            <Icon name="search" />
            <input
              className={styles['input']}
              role="combobox"
              aria-expanded="true"
              aria-controls="palette-results"
              aria-autocomplete="list"
              aria-activedescendant={current ? `palette-${current.id}` : undefined}
              aria-label={t('palette.title')}
              placeholder={t('palette.hint')}
              spellCheck={false}
              ref={field}
              value={query}
              onChange={(event) => {
                setQuery(event.target.value);
                setIndex(0);
              }}
              onKeyDown={onKeyDown}
              data-testid="palette-input"
            />
          </div>
          <div
            ref={list}
            className={styles['results']}
            id="palette-results"
            role="listbox"
            aria-label={t('palette.results')}
          >
            {entries.map((entry, place) => (
              // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus -- the field has the keys
              <div
                key={entry.id}
                id={`palette-${entry.id}`}
                className={classes(
                  styles['entry'],
                  entry === current && styles['current'],
                  entry.isOver && styles['over'],
                )}
                role="option"
                aria-selected={entry === current}
                onClick={() => use(entry)}
                onPointerMove={() => setIndex(place)}
              >
                <span className={styles['icon']}>
                  {entry.condition && !entry.isOver ? (
                    <ConditionMark condition={entry.condition} isWordHidden />
                  ) : (
                    <Icon name={ICONS[entry.kind]} size="s" />
                  )}
                </span>
                <span className={styles['title']}>{entry.title}</span>
                {entry.shortcut ? <Kbd keys={entry.shortcut} /> : null}
                {entry.aside ? <span className={styles['aside']}>{entry.aside}</span> : null}
                <span className={styles['kind']}>{t(`palette.kind.${entry.kind}`)}</span>
              </div>
            ))}
          </div>
          {entries.length === 0 ? (
            <div className={styles['none']} role="status">
              <p>{t('palette.none.title', { query })}</p>
              <p>{t('palette.none.what')}</p>
            </div>
          ) : null}
          <footer className={styles['foot']}>
            <span>
              <Kbd keys="↑ ↓" /> {t('palette.move')}
            </span>
            <span>
              <Kbd keys="Enter" /> {t('palette.use')}
            </span>
            <span>
              <Kbd keys="Esc" /> {t('kit.close')}
            </span>
            {recorded.isBehind ? (
              <span className={styles['behind']}>{t('palette.behind')}</span>
            ) : null}
            <span className={styles['count']}>{t('palette.count', { count: entries.length })}</span>
          </footer>
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}

/**
 * Everything that can be found, what matters most first. It is read when the palette opens: a list
 * that changes under the fingers ten times a second would run something else than what was read.
 */
function useEntries(): readonly Entry[] {
  const t = useText();
  const commands = useCommandList();
  const areLoading = [
    useRowsLoading('nodes'),
    useRowsLoading('alerts'),
    useRowsLoading('runbooks'),
    useRowsLoading('incidents'),
    useRowsLoading('changes'),
  ].join();
  // oxlint-disable-next-line react-hooks/exhaustive-deps -- read anew when a table has arrived
  return useMemo(() => collect(commands.filter(isEnabled), t), [commands, areLoading, t]);
}

function collect(commands: readonly UiCommand[], t: Translate): readonly Entry[] {
  const show = (view: ViewName, thing: string): void => {
    goTo(view);
    select(thing);
  };
  const list: Entry[] = [];
  for (const incident of rowsOf('incidents')) {
    list.push({
      id: `incident-${incident.key}`,
      kind: 'incident',
      title: `${incident.severity} ${incident.title}`,
      words: incident.commander,
      weight: incident.status === 'active' ? 12 : 0,
      run: () => show('desk', incident.key),
    });
  }
  for (const command of commands) {
    if (command.id === 'palette.open') continue;
    const shortcut = shortcutsOf(command)[0];
    list.push({
      id: `command-${command.id}`,
      kind: 'command',
      title: t(command.titleKey, command.titleParams?.() ?? {}),
      words: command.id,
      weight: 5,
      ...(shortcut ? { shortcut } : {}),
      run: command.run,
    });
  }
  for (const node of rowsOf('nodes')) {
    list.push({
      id: node.key,
      kind: 'service',
      title: node.name,
      words: [node.unit, node.cell, node.zone, node.owner, node.kind].filter(Boolean).join(' '),
      weight: node.condition === 'critical' ? 8 : 6,
      condition: node.condition,
      aside: node.owner ?? '',
      run: () => show('map', node.key),
    });
  }
  for (const alert of rowsOf('alerts')) {
    list.push({
      id: alert.key,
      kind: 'alert',
      title: alert.service === null ? alert.name : `${alert.name} · ${alert.service}`,
      words: alert.summary,
      weight: alert.status === 'resolved' ? -10 : alert.severity === 'critical' ? 4 : 2,
      condition: alert.status === 'unknown' ? 'unknown' : alert.severity,
      isOver: alert.status === 'resolved',
      aside: alert.status === 'resolved' ? t('palette.resolved') : (alert.zone ?? ''),
      run: () => show('alerts', alert.key),
    });
  }
  for (const runbook of rowsOf('runbooks')) {
    list.push({
      id: `runbook-${runbook.key}`,
      kind: 'runbook',
      title: runbook.title,
      words: `${runbook.fileName} ${runbook.alerts.join(' ')} ${runbook.services.join(' ')}`,
      weight: 5,
      run: () => show('runbooks', `runbook:${runbook.key}`),
    });
  }
  for (const change of rowsOf('changes')) {
    list.push({
      id: `change-${change.key}`,
      kind: 'change',
      title: change.title,
      words: change.services.join(' '),
      aside: formatMoment(change.startedAt, clockStore.getState().now),
      run: () => show('timeline', change.key),
    });
  }
  return list;
}

function rowsOf<Table extends TableName>(table: Table): Iterable<RowOf[Table]> {
  return rowStore(table).getState().rows.values();
}

interface Recorded {
  readonly entries: readonly Entry[];
  /** The index does not have all of the record yet. */
  readonly isBehind: boolean;
}

const NOTHING: Recorded = { entries: [], isBehind: false };

/**
 * The newest entries of the record that hold the words, and the way to all of them. They come a
 * moment after the last letter, below what is the case now, which stays where it was read.
 */
function useRecorded(query: string): Recorded {
  const t = useText();
  const text = query.trim();
  const [found, setFound] = useState<{ readonly text: string; readonly recorded: Recorded } | null>(
    null,
  );
  const waiting = useMemo((): Recorded => {
    if (text.length < LEAST_LETTERS) return NOTHING;
    return { entries: [searchEntry(text, t)], isBehind: false };
  }, [text, t]);
  useEffect(() => {
    if (text.length < LEAST_LETTERS) return;
    let isWanted = true;
    const timer = setTimeout(() => {
      void findInRecord(text, MOST_HITS)
        .then((answer) => {
          if (!isWanted) return;
          const hits = answer.entries.map((entry) => hitOf(entry, t));
          const isBehind = answer.indexed < answer.facts;
          // Where nothing is found in all of it, searching all of it is no offer.
          const all = hits.length > 0 || isBehind ? [searchEntry(text, t)] : [];
          setFound({ text, recorded: { entries: [...hits, ...all], isBehind } });
        })
        .catch(() => {});
    }, DELAY_MS);
    return () => {
      isWanted = false;
      clearTimeout(timer);
    };
  }, [text, t]);
  return found?.text === text ? found.recorded : waiting;
}

function searchEntry(text: string, t: Translate): Entry {
  return {
    id: 'search-all',
    kind: 'search',
    title: t('palette.search', { text }),
    run: () => openSearch(text),
  };
}

function hitOf(entry: TimelineEntry, t: Translate): Entry {
  const said = entryText(entry, t, namesOf(entry));
  const parts = [said.kind, said.subject, said.services.join(', '), entry.currentText ?? said.text];
  return {
    id: `entry-${entry.id}`,
    kind: 'entry',
    title: visibleText(parts.filter(Boolean).join(' · ')),
    aside: formatMoment(entry.at, clockStore.getState().now),
    run: () => revealEntry(entry),
  };
}

/** One letter occurs everywhere. */
const LEAST_LETTERS = 2;
const MOST_HITS = 6;
const DELAY_MS = 150;

/** The two ways to look at the moment that the query names. */
function useMoments(query: string): readonly Entry[] {
  const t = useText();
  return useMemo(() => {
    const { now } = clockStore.getState();
    const moment = readMoment(query, now, zoneStore.getState().zone);
    if (linksIn(query).some(({ link }) => link === query.trim())) {
      return [
        { id: 'link', kind: 'link' as const, title: query.trim(), run: () => void openLink(query) },
      ];
    }
    if (moment === null) return [];
    const time = formatMoment(moment, now);
    return (['happened', 'known'] as const).map((mode) => ({
      id: `moment-${mode}`,
      kind: 'moment' as const,
      title: t(`palette.moment.${mode}`, { time }),
      run: () => setPosition({ mode, moment }),
    }));
  }, [query, t]);
}
