import { useDeferredValue, useMemo } from 'react';
import { useStore } from 'zustand';
import { byCodeUnit } from '../../../shared/graph/call-graph.ts';
import type { NodeRow } from '../../../shared/ipc/rows.ts';
import { useText } from '../../i18n/text.ts';
import { Button, IconButton, ToggleButton } from '../../kit/button.tsx';
import { TextField } from '../../kit/field.tsx';
import { Select, type SelectOption } from '../../kit/select.tsx';
import { visibleText } from '../../kit/visible-text.ts';
import { useRowList } from '../../room/rows.ts';
import { isFiltering } from './filter.ts';
import {
  changeQuery,
  clearFilter,
  focusOn,
  mapStore,
  setBlast,
  setFilter,
  setFocusDepth,
} from './map-model.ts';
import { ARRANGEMENTS, FOLDS } from './map-query.ts';
import styles from './map-view.module.css';

const ALL = 'all';
/** A field that nothing fills is not offered. */
const FIELDS = ['zone', 'unit', 'city', 'owner'] as const;
/** Of these an outage can be asked for as a whole. */
const BLAST_FIELDS = ['zone', 'unit', 'city'] as const;

/** What columns are made of, what is folded, and what is left out before anything is drawn. */
export function MapFilterBar() {
  const t = useText();
  const query = useStore(mapStore, (state) => state.query);
  const foldField = useStore(mapStore, (state) => state.foldField);
  const isForceRefused = useStore(mapStore, (state) => state.isForceRefused);
  // Its choices may be a moment behind: typing and painting go first.
  const nodes = useDeferredValue(useRowList('nodes'));
  const { filter, focus, showWeak } = query;
  return (
    <div className={styles['filterBar']} data-testid="map-filter">
      <Select
        label={t('map.arrangement')}
        isLabelHidden
        value={query.arrangement}
        options={ARRANGEMENTS.map((value) => ({ value, label: t(`map.arrangement.${value}`) }))}
        onChange={(arrangement) => changeQuery({ arrangement })}
        testId="map-arrangement"
      />
      <Select
        label={t('map.fold')}
        isLabelHidden
        value={query.fold}
        options={FOLDS.map((value) => ({
          value,
          label:
            value === 'auto' && foldField !== null
              ? t('map.fold.autoBy', { by: t(`map.by.${foldField}`) })
              : t(`map.fold.${value}`),
        }))}
        onChange={(fold) => changeQuery({ fold, open: [] })}
        testId="map-fold"
      />
      <TextField
        label={t('map.filterText')}
        isLabelHidden
        type="search"
        placeholder={t('map.filterText')}
        className={styles['filterText']}
        value={filter.text}
        onChange={(text) => setFilter({ text })}
        testId="map-filter-text"
      />
      {FIELDS.map((field) => (
        <FieldFilter key={field} field={field} nodes={nodes} value={filter[field]} />
      ))}
      <ToggleButton
        isSelected={showWeak}
        onChange={(isSelected) => changeQuery({ showWeak: isSelected })}
      >
        {t('map.weak')}
      </ToggleButton>
      {focus === null ? null : (
        <span className={styles['focusChip']} data-testid="map-focus">
          <span className={styles['lineName']}>
            {focus.names.length === 1
              ? t('map.focusOn', { name: visibleText(focus.names[0] ?? '') })
              : t('map.focusOnMany', { count: focus.names.length })}
          </span>
          {(['up', 'down'] as const).map((direction) => (
            <span key={direction} className={styles['focusDepth']}>
              <IconButton
                size="s"
                icon="minus"
                label={t(`map.focus.${direction}.less`)}
                isDisabled={focus[direction] <= 0}
                onPress={() => setFocusDepth(direction, focus[direction] - 1)}
              />
              {t(`map.focus.${direction}`, { depth: focus[direction] })}
              <IconButton
                size="s"
                icon="plus"
                label={t(`map.focus.${direction}.more`)}
                isDisabled={focus[direction] >= 6}
                onPress={() => setFocusDepth(direction, focus[direction] + 1)}
              />
            </span>
          ))}
          <IconButton size="s" icon="close" label={t('map.focusEnd')} onPress={() => focusOn([])} />
        </span>
      )}
      {BLAST_FIELDS.filter((field) => filter[field]).map((field) => (
        <Button
          key={field}
          onPress={() => setBlast({ kind: field, values: [filter[field] ?? ''] })}
          testId={`map-blast-${field}`}
        >
          {t('map.blast.of', { what: filter[field] ?? '' })}
        </Button>
      ))}
      {isForceRefused ? <span className={styles['soft']}>{t('map.forceRefused')}</span> : null}
      {isFiltering(filter) || focus !== null ? (
        <Button look="quiet" onPress={clearFilter}>
          {t('map.filterClear')}
        </Button>
      ) : null}
    </div>
  );
}

function FieldFilter(props: {
  readonly field: (typeof FIELDS)[number];
  readonly nodes: readonly NodeRow[];
  readonly value: string | null;
}) {
  const t = useText();
  const { field, nodes, value } = props;
  const options = useMemo(
    () =>
      optionsOf(
        nodes.map((row) => row[field]),
        t(`map.all.${field}`),
        t(`map.none.${field}`),
      ),
    [nodes, field, t],
  );
  if (options.length < 3 && value === null) return null;
  return (
    <Select
      label={t(`map.by.${field}`)}
      isLabelHidden
      value={keyOf(value)}
      options={options}
      onChange={(key) => setFilter({ [field]: valueOf(key) })}
      testId={`map-filter-${field}`}
    />
  );
}

/** Keys carry a mark in front, so that a zone named like a key cannot be mistaken for it. */
function keyOf(value: string | null): string {
  return value === null ? ALL : `=${value}`;
}

function valueOf(key: string): string | null {
  return key === ALL ? null : key.slice(1);
}

function optionsOf(
  values: readonly (string | null)[],
  all: string,
  none: string,
): SelectOption<string>[] {
  const known = [...new Set(values)].filter((value) => value !== null).toSorted(byCodeUnit);
  return [
    { value: ALL, label: all },
    ...known.map((value) => ({ value: keyOf(value), label: visibleText(value) })),
    ...(values.includes(null) ? [{ value: keyOf(''), label: none }] : []),
  ];
}
