import { useMemo } from 'react';
import { useStore } from 'zustand';
import { UNITS_THING, type UnitRules } from '../../../shared/facts/units.ts';
import { useCommands } from '../../commands/registry.ts';
import { useText } from '../../i18n/text.ts';
import { Button } from '../../kit/button.tsx';
import { EmptyState } from '../../kit/empty-state.tsx';
import { ForeignText } from '../../kit/foreign-text.tsx';
import { formatCount } from '../../kit/format.ts';
import { ConditionMark } from '../../kit/marks.tsx';
import { Panel } from '../../kit/panel.tsx';
import { Spinner } from '../../kit/spinner.tsx';
import { Time } from '../../kit/time.tsx';
import { VirtualGrid, type GridColumn } from '../../kit/virtual-grid.tsx';
import { useNow } from '../../room/now.ts';
import { useRow, useRowList, useRowsLoading } from '../../room/rows.ts';
import { ImportDialog } from './import-dialog.tsx';
import { LossPart } from './loss-part.tsx';
import { RoutePart } from './route-part.tsx';
import { ShardStrip } from './shard-strip.tsx';
import { showBlast, showUnit } from './show-on-map.ts';
import { readUnits, spreadOf, type UnitReading } from './unit-readings.ts';
import styles from './units.module.css';
import { unitsStore } from './units-store.ts';

/** Which unit serves which users, where it stands, what is the matter there, and what a loss would cost. */
export function UnitsView() {
  const t = useText();
  const row = useRow('units', UNITS_THING);
  const nodes = useRowList('nodes');
  const alerts = useRowList('alerts');
  const changes = useRowList('changes');
  const areUnitsLoading = useRowsLoading('units');
  const areNodesLoading = useRowsLoading('nodes');
  const isLoading = areUnitsLoading || areNodesLoading;
  const chosen = useStore(unitsStore, (state) => state.chosen);
  const isImportOpen = useStore(unitsStore, (state) => state.isImportOpen);
  const rules = row?.rules ?? null;
  const now = useNow();
  const readings = useMemo(
    () => readUnits(rules, nodes, alerts, changes),
    [rules, nodes, alerts, changes],
  );
  const columns = useColumns();
  const spread = spreadOf(readings);
  const current = readings.find(({ key }) => key === chosen) ?? readings[0];
  const openImport = (): void => unitsStore.setState({ isImportOpen: true });
  useCommands([
    {
      id: 'units.import',
      group: 'room',
      titleKey: 'units.command.import',
      shortcut: 'I',
      run: openImport,
    },
    {
      id: 'units.map',
      group: 'map',
      titleKey: 'units.command.map',
      shortcut: 'Enter',
      isEnabled: () => current !== undefined,
      run: () => current && showUnit(current.name),
    },
    {
      id: 'units.blast',
      group: 'map',
      titleKey: 'units.command.blast',
      shortcut: 'B',
      isEnabled: () => current !== undefined,
      run: () => current && showBlast('unit', current.name),
    },
  ]);

  return (
    <div className={styles['view']}>
      <Panel
        title={t('units.title')}
        isScrolled={false}
        testId="units-view"
        summary={
          readings.length === 0 ? undefined : (
            <span data-testid="units-spread" className={spread.bad > 0 ? styles['bad'] : undefined}>
              {spread.bad === 0
                ? t('units.spread.none', { count: spread.all })
                : spread.bad === spread.all
                  ? t('units.spread.all', { count: spread.all })
                  : t('units.spread.some', { bad: spread.bad, all: spread.all })}
            </span>
          )
        }
        toolbar={
          <Button size="s" shortcut="I" onPress={openImport} testId="units-import">
            {t('units.import')}
          </Button>
        }
      >
        {isLoading && readings.length === 0 ? (
          <Spinner />
        ) : readings.length === 0 ? (
          <EmptyState
            icon="units"
            title={t('units.empty.title')}
            why={t('units.empty.why')}
            what={t('units.empty.what')}
            actions={<Button onPress={openImport}>{t('units.import')}</Button>}
          />
        ) : (
          <>
            {rules === null ? (
              <p className={styles['note']}>{t('units.noRules')}</p>
            ) : (
              <ShardStrip rules={rules} readings={readings} now={now} />
            )}
            <VirtualGrid
              label={t('units.list')}
              columns={columns}
              rows={readings}
              currentKey={current?.key ?? null}
              onCurrent={(key) => unitsStore.setState({ chosen: key })}
              onOpen={({ name }) => showUnit(name)}
              rowTone={({ condition }) => (condition === 'healthy' ? 'none' : condition)}
              testId="units-grid"
            />
          </>
        )}
      </Panel>
      {readings.length === 0 ? null : (
        <aside className={styles['side']}>
          {current ? <UnitPart reading={current} rules={rules} /> : null}
          {rules === null ? null : <RoutePart rules={rules} />}
          {rules === null ? null : <LossPart rules={rules} />}
          {row === undefined ? null : (
            <p className={styles['origin']}>
              {t('units.setBy')} <ForeignText text={row.setBy ?? ''} className={styles['people']} />{' '}
              {row.setAt === null ? null : <Time moment={row.setAt} />}
              {row.rules.origin === '' ? null : <ForeignText text={` · ${row.rules.origin}`} />}
            </p>
          )}
        </aside>
      )}
      {isImportOpen ? (
        <ImportDialog rules={rules} onClose={() => unitsStore.setState({ isImportOpen: false })} />
      ) : null}
    </div>
  );
}

function useColumns(): readonly GridColumn<UnitReading>[] {
  const t = useText();
  return useMemo(
    () => [
      {
        id: 'unit',
        title: t('units.column.unit'),
        width: 'minmax(0, 1.2fr)',
        render: ({ name, condition }) => (
          <span className={styles['unit']}>
            <ConditionMark condition={condition} isWordHidden />
            <ForeignText text={name} className={styles['name']} />
          </span>
        ),
      },
      {
        id: 'kind',
        title: t('units.column.kind'),
        width: 'minmax(0, 1.3fr)',
        render: ({ kind }) => t(`units.kind.${kind}`),
      },
      {
        id: 'shards',
        title: t('units.column.shards'),
        width: 'minmax(0, 1.2fr)',
        render: ({ shards }) => <span className={styles['mono']}>{shards}</span>,
      },
      {
        id: 'cells',
        title: t('units.column.cells'),
        width: 'minmax(0, 2.6fr)',
        render: ({ unit }) => (unit === null ? null : <Cells unit={unit} />),
      },
      {
        id: 'dr',
        title: t('units.column.dr'),
        width: 'minmax(0, 1fr)',
        render: ({ unit }) =>
          unit === null ? null : (
            <span className={unit.drState === 'normal' ? styles['soft'] : styles['warn']}>
              {t(`units.dr.${unit.drState}`)}
            </span>
          ),
      },
      {
        id: 'services',
        title: t('units.column.services'),
        width: 'minmax(0, 1fr)',
        align: 'end',
        render: ({ services, bad }) => (
          <>
            {bad > 0 ? <span className={styles['bad']}>{formatCount(bad)} / </span> : null}
            {formatCount(services)}
          </>
        ),
      },
      {
        id: 'alerts',
        title: t('units.column.alerts'),
        width: 'minmax(0, 0.8fr)',
        align: 'end',
        render: ({ firing, unknown }) =>
          firing + unknown === 0
            ? ''
            : unknown === 0
              ? formatCount(firing)
              : `${formatCount(firing)} + ${formatCount(unknown)} ?`,
      },
      {
        id: 'changes',
        title: t('units.column.changes'),
        width: 'minmax(0, 0.8fr)',
        align: 'end',
        render: ({ changes }) => (changes === 0 ? '' : formatCount(changes)),
      },
    ],
    [t],
  );
}

/** The cells of a unit with their share of its traffic: a bar tells what a glance needs. */
function Cells(props: { readonly unit: UnitRules['units'][number] }) {
  const lost = useStore(unitsStore, (state) => state.lost);
  return (
    <span className={styles['cells']}>
      {props.unit.cells.map((cell) => (
        <span
          key={cell.name}
          className={styles['cell']}
          data-lost={lost.has(cell.centre)}
          title={`${cell.name} · ${cell.centre} · ${cell.city}`}
        >
          <svg
            viewBox="0 0 100 8"
            preserveAspectRatio="none"
            className={styles['weight']}
            aria-hidden="true"
          >
            <rect width="100" height="8" className={styles['weightRest']} />
            <rect width={cell.weight} height="8" className={styles['weightBar']} />
          </svg>
          <span className={styles['cellName']}>
            {cell.name} {cell.weight} %
          </span>
        </span>
      ))}
    </span>
  );
}

/** One unit: where it stands, and the ways to what is the matter in it. */
function UnitPart(props: { readonly reading: UnitReading; readonly rules: UnitRules | null }) {
  const t = useText();
  const { name, kind, unit, shards, condition, firing, services } = props.reading;
  return (
    <Panel title={name} isPadded className={styles['part'] ?? ''} testId="unit-detail">
      <p className={styles['unit']}>
        <ConditionMark condition={condition} />
        <span className={styles['soft']}>
          {t(`units.kind.${kind}`)} · {t('units.services', { count: services })} ·{' '}
          {t('units.firing', { count: firing })}
        </span>
      </p>
      {unit === null ? (
        props.rules === null ? null : (
          <p className={styles['soft']}>{t('units.notInRules')}</p>
        )
      ) : (
        <dl className={styles['fields']}>
          {shards === '' ? null : (
            <>
              <dt>{t('units.column.shards')}</dt>
              <dd className={styles['mono']}>{shards}</dd>
            </>
          )}
          {unit.cells.map((cell) => (
            <CellField key={cell.name} cell={cell} />
          ))}
          {unit.sameCity === null ? null : (
            <>
              <dt>{t('units.sameCity')}</dt>
              <dd>{unit.sameCity}</dd>
            </>
          )}
          {unit.remote === null ? null : (
            <>
              <dt>{t('units.remote')}</dt>
              <dd>{unit.remote}</dd>
            </>
          )}
        </dl>
      )}
      <div className={styles['actions']}>
        <Button size="s" onPress={() => showUnit(name)} testId="unit-map">
          {t('units.showMap')}
        </Button>
        <Button size="s" shortcut="B" onPress={() => showBlast('unit', name)} testId="unit-blast">
          {t('units.blast')}
        </Button>
      </div>
    </Panel>
  );
}

function CellField(props: { readonly cell: UnitRules['units'][number]['cells'][number] }) {
  const { cell } = props;
  return (
    <>
      <dt>{cell.name}</dt>
      <dd>
        {cell.city} · {cell.centre} · {cell.weight} %
      </dd>
    </>
  );
}
