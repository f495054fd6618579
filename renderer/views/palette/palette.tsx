import { useEffect, useMemo, useRef, useState, type KeyboardEvent } from 'react';
import { Dialog as AriaDialog, Modal, ModalOverlay } from 'react-aria-components';
import { isEnabled, shortcutsOf, useCommandList } from '../../commands/registry.ts';
import { useText, type TextKey } from '../../i18n/text.ts';
import { classes } from '../../kit/classes.ts';
import { clockStore } from '../../kit/clock.ts';
import { formatMoment } from '../../kit/format.ts';
import { Icon, type IconName } from '../../kit/icons.tsx';
import { Kbd } from '../../kit/kbd.tsx';
import { ConditionMark, SeverityMark } from '../../kit/marks.tsx';
import { closeDialog, goTo } from '../../room/navigation.ts';
import { setPosition } from '../../room/position.ts';
import { useRowList } from '../../room/rows.ts';
import { select } from '../../room/selection.ts';
import { find, readMoment, type Findable } from './find.ts';
import styles from './palette.module.css';

const LIMIT = 60;

type Kind = 'command' | 'service' | 'alert' | 'runbook' | 'incident' | 'change' | 'moment';

interface Entry extends Findable {
  readonly kind: Kind;
  readonly mark?: React.ReactNode;
  readonly aside?: React.ReactNode;
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
};

/** One field that finds everything: commands, services, alerts, runbooks, incidents, moments. */
export function Palette() {
  const t = useText();
  const [query, setQuery] = useState('');
  const [index, setIndex] = useState(0);
  const list = useRef<HTMLUListElement>(null);
  const everything = useEntries();
  const moments = useMoments(query);
  const entries = useMemo(
    () => [...moments, ...find(everything, query, LIMIT)],
    [moments, everything, query],
  );
  const current = entries[Math.min(index, entries.length - 1)];

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
              autoFocus
              value={query}
              onChange={(event) => {
                setQuery(event.target.value);
                setIndex(0);
              }}
              onKeyDown={onKeyDown}
              data-testid="palette-input"
            />
          </div>
          <ul
            ref={list}
            className={styles['results']}
            id="palette-results"
            role="listbox"
            aria-label={t('palette.results')}
          >
            {entries.map((entry, place) => (
              <li
                key={entry.id}
                id={`palette-${entry.id}`}
                className={classes(styles['entry'], entry === current && styles['current'])}
                role="option"
                aria-selected={entry === current}
                onClick={() => use(entry)}
                onPointerMove={() => setIndex(place)}
              >
                <span className={styles['icon']}>
                  {entry.mark ?? <Icon name={ICONS[entry.kind]} size="s" />}
                </span>
                <span className={styles['title']}>{entry.title}</span>
                {entry.aside ? <span className={styles['aside']}>{entry.aside}</span> : null}
                <span className={styles['kind']}>{t(`palette.kind.${entry.kind}`)}</span>
              </li>
            ))}
          </ul>
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
            <span className={styles['count']}>{t('palette.count', { count: entries.length })}</span>
          </footer>
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}

/** Everything that can be found, what matters most first. */
function useEntries(): readonly Entry[] {
  const t = useText();
  const commands = useCommandList().filter(isEnabled);
  const nodes = useRowList('nodes');
  const alerts = useRowList('alerts');
  const runbooks = useRowList('runbooks');
  const incidents = useRowList('incidents');
  const changes = useRowList('changes');
  const commandIds = commands.map((command) => command.id).join(' ');
  return useMemo(() => {
    const show = (view: 'map' | 'alerts' | 'timeline' | 'runbooks' | 'desk', thing: string) => {
      goTo(view);
      select(thing);
    };
    const list: Entry[] = [];
    for (const incident of incidents) {
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
        title: t(command.titleKey as TextKey, command.titleParams?.() ?? {}),
        words: command.id,
        weight: 5,
        aside: shortcut ? <Kbd keys={shortcut} /> : undefined,
        run: command.run,
      });
    }
    for (const node of nodes) {
      list.push({
        id: node.key,
        kind: 'service',
        title: node.name,
        words: [node.unit, node.cell, node.zone, node.owner, node.kind].filter(Boolean).join(' '),
        weight: node.condition === 'critical' ? 8 : 6,
        mark: <ConditionMark condition={node.condition} isWordHidden />,
        aside: node.owner ?? undefined,
        run: () => show('map', node.key),
      });
    }
    for (const alert of alerts) {
      list.push({
        id: alert.key,
        kind: 'alert',
        title: alert.service === null ? alert.name : `${alert.name} · ${alert.service}`,
        words: alert.summary,
        weight: alert.status === 'firing' ? (alert.severity === 'critical' ? 4 : 2) : -10,
        mark: <SeverityMark severity={alert.severity} isWordHidden />,
        run: () => show('alerts', alert.key),
      });
    }
    for (const runbook of runbooks) {
      list.push({
        id: `runbook-${runbook.key}`,
        kind: 'runbook',
        title: runbook.title,
        words: `${runbook.fileName} ${runbook.alerts.join(' ')} ${runbook.services.join(' ')}`,
        weight: 5,
        run: () => show('runbooks', runbook.key),
      });
    }
    for (const change of changes) {
      list.push({
        id: `change-${change.key}`,
        kind: 'change',
        title: change.title,
        words: change.services.join(' '),
        run: () => show('timeline', change.key),
      });
    }
    return list;
    // The commands are a new list at every render; their ids say whether it differs.
  }, [commandIds, nodes, alerts, runbooks, incidents, changes, t]);
}

/** The two ways to look at the moment that the query names. */
function useMoments(query: string): readonly Entry[] {
  const t = useText();
  return useMemo(() => {
    const { now } = clockStore.getState();
    const moment = readMoment(query, now);
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
