import { useCallback, useRef, type ReactNode } from 'react';
import { useStore } from 'zustand';
import type { AlertRow } from '../../../shared/ipc/rows.ts';
import { useText } from '../../i18n/text.ts';
import type { Sort } from '../../kit/grid-keys.ts';
import { VirtualGrid, type GridColumn } from '../../kit/virtual-grid.tsx';
import { select, useSelection } from '../../room/selection.ts';
import { GroupTitle } from './alert-cells.tsx';
import {
  isGroupLine,
  isOver,
  markedAlerts,
  type AlertLine,
  type GroupLine,
} from './alert-order.ts';
import styles from './alerts.module.css';
import { alertsStore } from './alerts-store.ts';

/** Alerts and the titles of their groups in a grid; the same for the view and the desk. */
export function AlertGrid(props: {
  readonly columns: readonly GridColumn<AlertLine>[];
  readonly lines: readonly AlertLine[];
  readonly sort?: Sort | null;
  readonly onSort?: (sort: Sort) => void;
  readonly onToggle: (group: string) => void;
  readonly onMore: (group: string) => void;
  readonly onOpen: (key: string) => void;
  readonly isBusy: boolean;
  readonly empty: ReactNode;
  readonly testId: string;
}) {
  const t = useText();
  const { thing } = useSelection();
  const marked = useStore(alertsStore, (state) => state.marked);
  const line = useStore(alertsStore, (state) => state.line);
  const isFocusing = useRef(false);
  const { lines, onToggle, onMore, onOpen } = props;
  const currentKey = line ?? (thing?.startsWith('alert:') ? thing : null);

  const onCurrent = useCallback((key: string, row: AlertLine) => {
    // Coming in with Tab looks at the list; it must not turn the whole desk to its first alert.
    if (isGroupLine(row) || isFocusing.current) alertsStore.setState({ line: key });
    else {
      alertsStore.setState({ line: null });
      select(key);
    }
  }, []);
  const onMark = useCallback(
    (next: ReadonlySet<string>) => {
      const before = alertsStore.getState().marked;
      const keys = new Set(markedAlerts(next, lines));
      // Marking a group whose alerts are all marked takes the marks away.
      for (const row of lines) {
        if (!isGroupLine(row) || !next.has(row.key)) continue;
        if (row.alerts.every((alert) => before.has(alert.key))) {
          for (const alert of row.alerts) keys.delete(alert.key);
        }
      }
      alertsStore.setState({ marked: keys });
    },
    [lines],
  );
  const open = (row: AlertLine): void => {
    if (!isGroupLine(row)) onOpen(row.key);
    else if (row.line === 'group') onToggle(row.id);
    else onMore(row.id);
  };
  const fullRow = useCallback(
    (row: AlertLine) =>
      isGroupLine(row) ? <GroupLineRow group={row} onToggle={onToggle} onMore={onMore} /> : null,
    [onToggle, onMore],
  );
  return (
    <div
      className={styles['grid']}
      onFocusCapture={() => {
        isFocusing.current = true;
      }}
      onFocus={() => {
        isFocusing.current = false;
      }}
    >
      <VirtualGrid
        label={t('alerts.list')}
        columns={props.columns}
        rows={lines}
        {...(props.sort ? { sort: props.sort } : {})}
        {...(props.onSort ? { onSort: props.onSort } : {})}
        currentKey={currentKey}
        onCurrent={onCurrent}
        onOpen={open}
        marked={marked}
        onMark={onMark}
        fullRow={fullRow}
        rowTone={toneOf}
        onRowKeyDown={(event, row) => {
          if (!isGroupLine(row) || row.line !== 'group') return;
          const wantsFold = event.key === 'ArrowLeft' && !row.isCollapsed;
          const wantsOpen = event.key === 'ArrowRight' && row.isCollapsed;
          if (!wantsFold && !wantsOpen) return;
          event.preventDefault();
          onToggle(row.id);
        }}
        isBusy={props.isBusy}
        empty={props.empty}
        testId={props.testId}
      />
    </div>
  );
}

function GroupLineRow(props: {
  readonly group: GroupLine;
  readonly onToggle: (group: string) => void;
  readonly onMore: (group: string) => void;
}) {
  const t = useText();
  const { group, onMore } = props;
  if (group.line === 'group') return <GroupTitle group={group} onToggle={props.onToggle} />;
  return (
    <button type="button" tabIndex={-1} className={styles['more']} onClick={() => onMore(group.id)}>
      {t('alerts.group.more', { count: group.hidden })}
    </button>
  );
}

/** Silenced or inhibited: somebody decided that it asks for no eyes. */
function isHushed({ held }: AlertRow): boolean {
  return held?.stage === 'silence' || held?.stage === 'inhibition';
}

function toneOf(row: AlertLine): 'critical' | 'warning' | 'info' | 'unknown' | 'none' {
  if (isGroupLine(row)) {
    return row.line === 'more' || row.cause?.isQuiet ? 'none' : (row.worst ?? 'none');
  }
  if (isHushed(row)) return 'none';
  if (isOver(row)) return 'none';
  return row.status === 'unknown' ? 'unknown' : row.severity;
}
