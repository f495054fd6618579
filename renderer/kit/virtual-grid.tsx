import { useVirtualizer } from '@tanstack/react-virtual';
import {
  memo,
  useCallback,
  useEffect,
  useId,
  useLayoutEffect,
  useMemo,
  useReducer,
  useRef,
  useState,
  type CSSProperties,
  type KeyboardEvent,
  type MouseEvent,
  type ReactNode,
} from 'react';
import { canvasTokens } from '../theme/tokens.ts';
import { classes } from './classes.ts';
import { nextIndex, rangeOf, type Sort } from './grid-keys.ts';
import { Icon } from './icons.tsx';
import { useKitText } from './kit-text.ts';
import styles from './virtual-grid.module.css';

export interface GridColumn<Row> {
  readonly id: string;
  readonly title: string;
  /** A track of `grid-template-columns` that does not depend on the content: `2fr`, `9ch`. */
  readonly width: string;
  readonly align?: 'start' | 'end';
  readonly isSortable?: boolean;
  readonly render: (row: Row) => ReactNode;
}

interface GridProps<Row extends { readonly key: string }> {
  readonly label: string;
  readonly columns: readonly GridColumn<Row>[];
  /** In the order in which they are shown. */
  readonly rows: readonly Row[];
  readonly sort?: Sort;
  readonly onSort?: (sort: Sort) => void;
  /** The row that the keyboard stands on; kept inside the grid when absent. */
  readonly currentKey?: string | null;
  readonly onCurrent?: (key: string, row: Row) => void;
  /** Enter or double click. */
  readonly onOpen?: (row: Row) => void;
  /** Marked rows, for commands over several; without `onMark` nothing can be marked. */
  readonly marked?: ReadonlySet<string>;
  readonly onMark?: (marked: ReadonlySet<string>) => void;
  /** Content that takes the whole width of a row (a group's title); null for a normal row. */
  readonly fullRow?: (row: Row) => ReactNode | null;
  /** The coloured edge of a row. */
  readonly rowTone?: (row: Row) => 'critical' | 'warning' | 'info' | 'unknown' | 'none';
  readonly isRowDim?: (row: Row) => boolean;
  /** Keys that the grid does not know itself; call preventDefault when they are used. */
  readonly onRowKeyDown?: (event: KeyboardEvent, row: Row) => void;
  /** Shown in place of the rows when there are none. */
  readonly empty?: ReactNode;
  readonly isBusy?: boolean;
  readonly testId?: string;
}

const OVERSCAN = 12;
const NO_MARKS: ReadonlySet<string> = new Set();

/**
 * A list of any length with columns, by mouse and keyboard. The current row stays current when rows
 * come and go around it, and what is read does not jump when rows come above it.
 */
export function VirtualGrid<Row extends { readonly key: string }>(props: GridProps<Row>) {
  const t = useKitText();
  const gridId = useId();
  const scroller = useRef<HTMLDivElement>(null);
  const { rows, columns, onCurrent, onOpen, onMark } = props;
  const marked = props.marked ?? NO_MARKS;
  const [ownKey, setOwnKey] = useState<string | null>(null);
  const currentKey = props.currentKey === undefined ? ownKey : props.currentKey;
  const rangeFrom = useRef<string | null>(null);
  const byMyself = useRef<string | null>(null);

  const indexOf = useMemo(() => new Map(rows.map((row, index) => [row.key, index])), [rows]);
  const currentIndex = currentKey === null ? -1 : (indexOf.get(currentKey) ?? -1);
  const rowHeight = useMemo(() => canvasTokens().rowHeight, []);
  const template = useMemo(() => columns.map((column) => column.width).join(' '), [columns]);

  // Rows are known by their place here, all of one height: with keys every row would be measured anew
  // whenever one of them changed.
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: OVERSCAN,
    scrollPaddingStart: rowHeight,
  });
  const items = virtualizer.getVirtualItems();

  // What is read stays where it is when rows come or go above it.
  const [, showAnchored] = useReducer((count: number) => count + 1, 0);
  const anchor = useRef<{ key: string; offset: number } | null>(null);
  useLayoutEffect(() => {
    const element = scroller.current;
    const kept = anchor.current;
    if (!element || !kept || element.scrollTop <= 0) return;
    const index = indexOf.get(kept.key);
    if (index === undefined) return;
    const top = index * rowHeight + kept.offset;
    if (Math.abs(top - element.scrollTop) < 1) return;
    element.scrollTop = top;
    // The virtualizer would learn of it with the next scroll event, one empty frame too late.
    virtualizer.scrollOffset = top;
    showAnchored();
  }, [indexOf, rowHeight, virtualizer]);
  const onScroll = useCallback(() => {
    const element = scroller.current;
    if (!element) return;
    const index = Math.floor(element.scrollTop / rowHeight);
    const row = rows[index];
    anchor.current = row ? { key: row.key, offset: element.scrollTop - index * rowHeight } : null;
  }, [rows, rowHeight]);

  const setCurrent = useCallback(
    (index: number) => {
      const row = rows[index];
      if (!row) return;
      byMyself.current = row.key;
      setOwnKey(row.key);
      onCurrent?.(row.key, row);
      virtualizer.scrollToIndex(index, { align: 'auto' });
    },
    [rows, onCurrent, virtualizer],
  );

  // Something else (the map, the timeline) made a row current: show it.
  useEffect(() => {
    if (currentKey === null || byMyself.current === currentKey) return;
    byMyself.current = currentKey;
    const index = indexOf.get(currentKey);
    if (index !== undefined) virtualizer.scrollToIndex(index, { align: 'center' });
  }, [currentKey, indexOf, virtualizer]);

  const markRange = (toIndex: number): void => {
    if (!onMark) return;
    rangeFrom.current ??= currentKey;
    const fromIndex = indexOf.get(rangeFrom.current ?? '') ?? toIndex;
    onMark(new Set(rangeOf(rows, fromIndex, toIndex).map((row) => row.key)));
  };
  const toggleMark = (key: string): void => {
    if (!onMark) return;
    const next = new Set(marked);
    if (!next.delete(key)) next.add(key);
    rangeFrom.current = key;
    onMark(next);
  };

  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>): void => {
    if (event.target !== event.currentTarget) return;
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / rowHeight) - 2);
    const index = nextIndex(event.key, currentIndex, rows.length, page);
    const current = rows[currentIndex];
    if (index !== null && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      if (event.shiftKey) markRange(index);
      else rangeFrom.current = null;
      setCurrent(index);
    } else if (event.key === 'Enter' && current && onOpen) {
      event.preventDefault();
      onOpen(current);
    } else if (event.key === ' ' && current) {
      event.preventDefault();
      toggleMark(current.key);
    } else if (event.key === 'Escape' && marked.size > 0 && onMark) {
      event.preventDefault();
      event.stopPropagation();
      onMark(NO_MARKS);
    } else if ((event.ctrlKey || event.metaKey) && event.key === 'a' && onMark) {
      event.preventDefault();
      onMark(new Set(rows.map((row) => row.key)));
    } else if (current) {
      props.onRowKeyDown?.(event, current);
    }
  };

  const onRowClick = useStable((event: MouseEvent, index: number) => {
    const row = rows[index];
    if (!row) return;
    if (event.shiftKey) markRange(index);
    else if (event.ctrlKey || event.metaKey) toggleMark(row.key);
    else {
      rangeFrom.current = null;
      if (marked.size > 0) onMark?.(NO_MARKS);
    }
    setCurrent(index);
  });
  const onRowOpen = useStable((index: number) => {
    const row = rows[index];
    if (row) onOpen?.(row);
  });

  const activeId =
    currentIndex >= 0 && items.some((item) => item.index === currentIndex)
      ? `${gridId}-${String(currentIndex)}`
      : undefined;

  return (
    <div
      ref={scroller}
      className={styles['grid']}
      role="grid"
      tabIndex={0}
      aria-label={props.label}
      aria-rowcount={rows.length + 1}
      aria-colcount={columns.length}
      aria-multiselectable={onMark ? true : undefined}
      aria-activedescendant={activeId}
      aria-busy={props.isBusy ? true : undefined}
      onKeyDown={onKeyDown}
      onScroll={onScroll}
      onFocus={(event) => {
        if (event.target === event.currentTarget && currentIndex < 0 && rows.length > 0) {
          setCurrent(items[0]?.index ?? 0);
        }
      }}
      data-testid={props.testId}
    >
      <div className={styles['head']} role="rowgroup">
        <div
          className={classes(styles['row'], styles['header'])}
          role="row"
          aria-rowindex={1}
          style={{ gridTemplateColumns: template }}
        >
          {columns.map((column) => (
            <Header
              key={column.id}
              column={column}
              sort={props.sort}
              onSort={props.onSort}
              words={[t('kit.grid.sortAscending'), t('kit.grid.sortDescending')]}
            />
          ))}
        </div>
      </div>
      {rows.length === 0 ? (
        <div role="rowgroup" className={styles['empty']}>
          <div role="row" aria-rowindex={2} className={styles['emptyRow']}>
            <div role="gridcell" aria-colspan={columns.length} className={styles['emptyCell']}>
              {props.empty}
            </div>
          </div>
        </div>
      ) : (
        <div
          className={styles['body']}
          role="rowgroup"
          style={{ height: virtualizer.getTotalSize() }}
        >
          {items.map((item) => {
            const row = rows[item.index];
            if (!row) return null;
            return (
              <GridRow
                key={row.key}
                id={`${gridId}-${String(item.index)}`}
                row={row}
                index={item.index}
                top={item.start}
                template={template}
                columns={columns}
                full={props.fullRow?.(row) ?? null}
                tone={props.rowTone?.(row) ?? 'none'}
                isDim={props.isRowDim?.(row) ?? false}
                isCurrent={row.key === currentKey}
                isMarked={marked.has(row.key)}
                onClick={onRowClick}
                onOpen={onRowOpen}
              />
            );
          })}
        </div>
      )}
    </div>
  );
}

interface RowProps<Row extends { readonly key: string }> {
  readonly id: string;
  readonly row: Row;
  readonly index: number;
  readonly top: number;
  readonly template: string;
  readonly columns: readonly GridColumn<Row>[];
  readonly full: ReactNode | null;
  readonly tone: 'critical' | 'warning' | 'info' | 'unknown' | 'none';
  readonly isDim: boolean;
  readonly isCurrent: boolean;
  readonly isMarked: boolean;
  readonly onClick: (event: MouseEvent, index: number) => void;
  readonly onOpen: (index: number) => void;
}

function PlainRow<Row extends { readonly key: string }>(props: RowProps<Row>) {
  const style: CSSProperties = {
    transform: `translateY(${String(props.top)}px)`,
    ...(props.full === null ? { gridTemplateColumns: props.template } : {}),
  };
  return (
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events -- the grid has the keys
    <div
      id={props.id}
      className={classes(
        styles['row'],
        styles['item'],
        styles[`tone-${props.tone}`],
        props.full !== null && styles['full'],
        props.isDim && styles['dim'],
        props.isCurrent && styles['current'],
        props.isMarked && styles['marked'],
      )}
      role="row"
      aria-rowindex={props.index + 2}
      aria-selected={props.isMarked || props.isCurrent}
      data-key={props.row.key}
      style={style}
      onClick={(event) => props.onClick(event, props.index)}
      onDoubleClick={() => props.onOpen(props.index)}
    >
      {props.full === null ? (
        props.columns.map((column) => (
          <div
            key={column.id}
            className={classes(styles['cell'], column.align === 'end' && styles['end'])}
            role="gridcell"
          >
            {column.render(props.row)}
          </div>
        ))
      ) : (
        <div role="gridcell" aria-colspan={props.columns.length} className={styles['cell']}>
          {props.full}
        </div>
      )}
    </div>
  );
}
const GridRow = memo(PlainRow) as typeof PlainRow;

function Header<Row>(props: {
  readonly column: GridColumn<Row>;
  readonly sort: Sort | undefined;
  readonly onSort: ((sort: Sort) => void) | undefined;
  readonly words: readonly [string, string];
}) {
  const { column, sort, onSort } = props;
  const isSorted = sort?.column === column.id;
  const ascending = sort?.direction === 'ascending';
  return (
    <div
      className={classes(styles['cell'], column.align === 'end' && styles['end'])}
      role="columnheader"
      aria-sort={isSorted ? (ascending ? 'ascending' : 'descending') : undefined}
    >
      {column.isSortable && onSort ? (
        <button
          type="button"
          className={styles['sort']}
          onClick={() =>
            onSort({
              column: column.id,
              direction: isSorted && ascending ? 'descending' : 'ascending',
            })
          }
          title={isSorted ? props.words[ascending ? 0 : 1] : undefined}
        >
          <span className={styles['title']}>{column.title}</span>
          {isSorted ? <Icon name={ascending ? 'chevron-up' : 'chevron-down'} size="s" /> : null}
        </button>
      ) : (
        <span className={styles['title']}>{column.title}</span>
      )}
    </div>
  );
}

/** A function that keeps its identity and always calls the newest one. */
function useStable<Parameters extends readonly unknown[], Result>(
  call: (...parameters: Parameters) => Result,
): (...parameters: Parameters) => Result {
  const newest = useRef(call);
  useLayoutEffect(() => {
    newest.current = call;
  });
  return useCallback((...parameters: Parameters) => newest.current(...parameters), []);
}
