import { useMemo, useState } from 'react';
import { at } from '../../../shared/graph/call-graph.ts';
import type { NodeRow } from '../../../shared/ipc/rows.ts';
import { ForeignText } from '../../kit/foreign-text.tsx';
import { useText } from '../../i18n/text.ts';
import type { Sort } from '../../kit/grid-keys.ts';
import { ConditionMark } from '../../kit/marks.tsx';
import { Age } from '../../kit/time.tsx';
import { VirtualGrid, type GridColumn } from '../../kit/virtual-grid.tsx';
import { useNow } from '../../room/now.ts';
import type { Scene } from './scene.ts';
import { statusText } from './status-text.ts';
import styles from './map-view.module.css';

interface Line {
  readonly key: string;
  readonly row: NodeRow;
  readonly callers: number;
  readonly callees: number;
}

const RANKS = { critical: 0, warning: 1, unknown: 2, info: 3, healthy: 4 } as const;

/** The same services as on the canvas, through the same filter, as a grid. */
export function ServiceList(props: {
  readonly scene: Scene;
  readonly selected: string | null;
  readonly onSelect: (name: string) => void;
  readonly onOpen: (name: string) => void;
}) {
  const t = useText();
  const { scene, selected, onSelect, onOpen } = props;
  const [sort, setSort] = useState<Sort>({ column: 'condition', direction: 'ascending' });
  const lines = useMemo(() => sortLines(linesOf(scene), sort), [scene, sort]);
  const columns = useMemo(
    (): GridColumn<Line>[] => [
      {
        id: 'condition',
        title: t('map.column.condition'),
        width: 'minmax(0, 2.4fr)',
        isSortable: true,
        render: (line) => <Status row={line.row} />,
      },
      {
        id: 'name',
        title: t('map.column.name'),
        width: 'minmax(0, 2fr)',
        isSortable: true,
        render: (line) => (
          <span className={styles['lineName']}>
            <ForeignText text={line.row.name} />
          </span>
        ),
      },
      {
        id: 'kind',
        title: t('map.column.kind'),
        width: 'minmax(0, 1fr)',
        isSortable: true,
        render: (line) => t(`map.kind.${line.row.kind}`),
      },
      {
        id: 'zone',
        title: t('map.column.zone'),
        width: 'minmax(0, 1fr)',
        isSortable: true,
        render: (line) => line.row.zone ?? t('map.noZone'),
      },
      {
        id: 'unit',
        title: t('map.column.unit'),
        width: 'minmax(0, 0.8fr)',
        isSortable: true,
        render: (line) => line.row.unit ?? '',
      },
      {
        id: 'owner',
        title: t('map.column.owner'),
        width: 'minmax(0, 1.2fr)',
        isSortable: true,
        render: (line) => line.row.owner ?? '',
      },
      {
        id: 'alerts',
        title: t('map.column.alerts'),
        width: 'minmax(0, 0.6fr)',
        align: 'end',
        isSortable: true,
        render: (line) => line.row.firing + line.row.unknown || '',
      },
      {
        id: 'callers',
        title: t('map.column.callers'),
        width: 'minmax(0, 0.6fr)',
        align: 'end',
        isSortable: true,
        render: (line) => line.callers || '',
      },
      {
        id: 'callees',
        title: t('map.column.callees'),
        width: 'minmax(0, 0.6fr)',
        align: 'end',
        isSortable: true,
        render: (line) => line.callees || '',
      },
      {
        id: 'age',
        title: t('map.column.age'),
        width: 'minmax(0, 0.9fr)',
        align: 'end',
        isSortable: true,
        render: (line) =>
          line.row.asOf === null ? (
            <span className={styles['soft']}>{t('map.now')}</span>
          ) : (
            <Age moment={line.row.asOf} />
          ),
      },
    ],
    [t],
  );
  return (
    <VirtualGrid
      label={t('map.listLabel')}
      columns={columns}
      rows={lines}
      sort={sort}
      onSort={setSort}
      currentKey={selected}
      onCurrent={(name) => onSelect(name)}
      onOpen={(line) => onOpen(line.row.name)}
      rowTone={(line) => (line.row.condition === 'healthy' ? 'none' : line.row.condition)}
      testId="map-list"
    />
  );
}

function Status(props: { readonly row: NodeRow }) {
  const t = useText();
  const now = useNow();
  return (
    <span className={styles['cellStatus']}>
      <ConditionMark condition={props.row.condition} isWordHidden />
      <span className={styles['lineName']}>{statusText(props.row, now, t)}</span>
    </span>
  );
}

function linesOf(scene: Scene): Line[] {
  const { services } = scene.geometry;
  return scene.passing.map((row) => {
    const node = services.indexOf.get(row.name);
    const count = (start: Int32Array): number =>
      node === undefined ? 0 : at(start, node + 1) - at(start, node);
    return {
      key: row.name,
      row,
      callers: count(services.callerStart),
      callees: count(services.calleeStart),
    };
  });
}

/** The worst first, a lost critical one before other unknown ones, more alerts before fewer. */
function rankOf(row: NodeRow): number {
  const last = row.condition === 'unknown' ? RANKS[row.lastSeverity ?? 'healthy'] : 0;
  return (RANKS[row.condition] * 10 + last) * 1e6 - row.firing - row.unknown;
}

/** Lines come by name; sorting is stable, so equals stay by name. */
function sortLines(lines: Line[], sort: Sort): Line[] {
  const sign = sort.direction === 'ascending' ? 1 : -1;
  const value = (line: Line): string | number => {
    switch (sort.column) {
      case 'condition':
        return rankOf(line.row);
      case 'alerts':
        return -(line.row.firing + line.row.unknown);
      case 'callers':
        return -line.callers;
      case 'callees':
        return -line.callees;
      case 'age':
        return line.row.asOf ?? Infinity;
      case 'kind':
        return line.row.kind;
      case 'zone':
        return line.row.zone ?? '\uffff';
      case 'unit':
        return line.row.unit ?? '\uffff';
      case 'owner':
        return line.row.owner ?? '\uffff';
      default:
        return line.row.name;
    }
  };
  return lines
    .map((line) => ({ line, value: value(line) }))
    .sort((left, right) =>
      left.value === right.value ? 0 : left.value < right.value ? -sign : sign,
    )
    .map((entry) => entry.line);
}
