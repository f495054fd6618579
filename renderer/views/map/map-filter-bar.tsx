import { useMemo } from 'react';
import { useStore } from 'zustand';
import { byCodeUnit } from '../../../shared/graph/call-graph.ts';
import { useText } from '../../i18n/text.ts';
import { Button, IconButton, ToggleButton } from '../../kit/button.tsx';
import { TextField } from '../../kit/field.tsx';
import { Select, type SelectOption } from '../../kit/select.tsx';
import { useRowList } from '../../room/rows.ts';
import { isFiltering } from './filter.ts';
import { clearFilter, focusOn, mapStore, setFilter, setFocusDepth } from './map-model.ts';
import styles from './map-view.module.css';

const ALL = 'all';

/** Leaves services out before anything is drawn. */
export function MapFilterBar() {
  const t = useText();
  const filter = useStore(mapStore, (state) => state.filter);
  const focus = useStore(mapStore, (state) => state.focus);
  const showWeak = useStore(mapStore, (state) => state.showWeak);
  const nodes = useRowList('nodes');
  const zones = useMemo(
    () =>
      optionsOf(
        nodes.map((row) => row.zone),
        t('map.zoneAll'),
        t('map.noZone'),
      ),
    [nodes, t],
  );
  const owners = useMemo(
    () =>
      optionsOf(
        nodes.map((row) => row.owner),
        t('map.ownerAll'),
        t('map.ownerNone'),
      ),
    [nodes, t],
  );
  return (
    <div className={styles['filterBar']} data-testid="map-filter">
      <TextField
        label={t('map.filterText')}
        isLabelHidden
        type="search"
        placeholder={t('map.filterText')}
        className={styles['filterText']}
        value={filter.text}
        onChange={(text) => setFilter({ text })}
      />
      <Select
        label={t('map.zone')}
        isLabelHidden
        value={keyOf(filter.zone)}
        options={zones}
        onChange={(key) => setFilter({ zone: valueOf(key) })}
      />
      <Select
        label={t('map.owner')}
        isLabelHidden
        value={keyOf(filter.owner)}
        options={owners}
        onChange={(key) => setFilter({ owner: valueOf(key) })}
      />
      <ToggleButton
        isSelected={showWeak}
        onChange={(isSelected) => mapStore.setState({ showWeak: isSelected })}
      >
        {t('map.weak')}
      </ToggleButton>
      {focus === null ? null : (
        <span className={styles['focusChip']}>
          <span className={styles['lineName']}>{t('map.focusOn', { name: focus.name })}</span>
          <IconButton
            size="s"
            icon="minus"
            label={t('map.focusNearer')}
            isDisabled={focus.reach.up <= 1}
            onPress={() => setFocusDepth(focus.reach.up - 1)}
          />
          {t('map.focusDepth', { depth: focus.reach.up })}
          <IconButton
            size="s"
            icon="plus"
            label={t('map.focusDeeper')}
            isDisabled={focus.reach.up >= 6}
            onPress={() => setFocusDepth(focus.reach.up + 1)}
          />
          <IconButton
            size="s"
            icon="close"
            label={t('map.focusEnd')}
            onPress={() => focusOn(null)}
          />
        </span>
      )}
      {isFiltering(filter) || focus !== null ? (
        <Button look="quiet" onPress={clearFilter}>
          {t('map.filterClear')}
        </Button>
      ) : null}
    </div>
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
    ...known.map((value) => ({ value: keyOf(value), label: value })),
    ...(values.includes(null) ? [{ value: keyOf(''), label: none }] : []),
  ];
}
