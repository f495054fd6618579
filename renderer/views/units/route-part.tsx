import { useMemo } from 'react';
import { useStore } from 'zustand';
import type { UnitRules } from '../../../shared/facts/units.ts';
import { placesOf } from '../../../shared/units/place.ts';
import { shardText } from '../../../shared/units/shard.ts';
import { useText } from '../../i18n/text.ts';
import { Button } from '../../kit/button.tsx';
import { TextField } from '../../kit/field.tsx';
import { ForeignText } from '../../kit/foreign-text.tsx';
import { Panel } from '../../kit/panel.tsx';
import { useNow } from '../../room/now.ts';
import styles from './units.module.css';
import { showBlast } from './show-on-map.ts';
import { unitsStore } from './units-store.ts';

/** Where an id goes: its shard, its unit, and the cells that serve it. */
export function RoutePart(props: { readonly rules: UnitRules }) {
  const t = useText();
  const now = useNow();
  const { rules } = props;
  const id = useStore(unitsStore, (state) => state.id);
  const places = useMemo(() => placesOf(rules), [rules]);
  const route = id.trim() === '' ? null : places.route(id.trim(), now);
  const unit = rules.units.find(({ name }) => name === route?.unit);
  const shard = route === null ? '' : shardText(route.shard, rules.shardCount);
  return (
    <Panel title={t('units.route')} isPadded className={styles['part'] ?? ''} testId="units-route">
      <TextField
        label={t('units.route.id')}
        value={id}
        onChange={(value) => unitsStore.setState({ id: value })}
        hint={t('units.route.by', { by: t(`units.function.${rules.shardFunction}`) })}
        error={id.trim() !== '' && route === null ? t('units.route.none') : null}
        isMono
        testId="units-id"
      />
      {route === null ? null : (
        <>
          <dl className={styles['fields']} data-testid="units-routed">
            <dt>{t('units.shard')}</dt>
            <dd className={styles['mono']}>{shard}</dd>
            <dt>{t('units.column.unit')}</dt>
            <dd>
              <ForeignText text={route.unit ?? t('units.nobody')} />
            </dd>
            {unit?.cells.map((cell) => (
              <span key={cell.name} className={styles['pair']}>
                <dt>{cell.name}</dt>
                <dd>
                  {cell.city} · {cell.centre} · {cell.weight} %
                </dd>
              </span>
            ))}
          </dl>
          <div className={styles['actions']}>
            <Button size="s" onPress={() => showBlast('shard', shard)} testId="shard-blast">
              {t('units.blast')}
            </Button>
          </div>
        </>
      )}
    </Panel>
  );
}
