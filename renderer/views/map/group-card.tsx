import { useText } from '../../i18n/text.ts';
import { Button, IconButton } from '../../kit/button.tsx';
import { ForeignText } from '../../kit/foreign-text.tsx';
import { ConditionMark } from '../../kit/marks.tsx';
import { useNow } from '../../room/now.ts';
import type { NodeRow } from '../../../shared/ipc/rows.ts';
import { openGroup, setBlast } from './map-model.ts';
import type { BlastKind, FoldField } from './map-query.ts';
import styles from './map-view.module.css';
import { CONDITION_ORDER, type Scene } from './scene.ts';
import { statusText } from './status-text.ts';

const MOST_SHOWN = 200;
const BLAST_FIELDS: Partial<Record<FoldField, BlastKind>> = {
  unit: 'unit',
  cell: 'cell',
  zone: 'zone',
};

/** What is folded into a group: the worst of its services first. */
export function GroupCard(props: {
  readonly group: string;
  readonly row: NodeRow;
  readonly members: readonly string[];
  readonly scene: Scene;
  readonly field: FoldField;
  readonly onGo: (name: string) => void;
  readonly onClose: () => void;
}) {
  const t = useText();
  const now = useNow();
  const { group, row, scene } = props;
  const members = props.members
    .flatMap((name) => scene.rowOf(name) ?? [])
    .sort(
      (left, right) =>
        CONDITION_ORDER.indexOf(left.condition) - CONDITION_ORDER.indexOf(right.condition),
    );
  const blastKind = BLAST_FIELDS[props.field];
  return (
    <aside className={styles['card']} data-testid="map-group-card" aria-label={group}>
      <header className={styles['cardHead']}>
        <div className={styles['cardTitle']}>
          <h3 className={styles['cardName']}>
            <ForeignText text={group} />
          </h3>
          <IconButton icon="close" size="s" label={t('map.close')} onPress={props.onClose} />
        </div>
        <p className={styles['cardStatus']} data-condition={row.condition}>
          <ConditionMark condition={row.condition} isWordHidden />
          <span>{statusText(row, now, t)}</span>
        </p>
        <p className={styles['soft']}>
          {t(`map.by.${props.field}`)} · {t('map.services', { count: members.length })}
        </p>
        <div className={styles['cardActions']}>
          <Button size="s" onPress={() => openGroup(group, true)} testId="map-unfold">
            {t('map.unfold')}
          </Button>
          {blastKind === undefined ? null : (
            <Button
              size="s"
              onPress={() => setBlast({ kind: blastKind, values: [group] })}
              testId="map-group-blast"
            >
              {t('map.blast.show')}
            </Button>
          )}
        </div>
      </header>
      <div className={styles['cardBody']}>
        <ul className={styles['groupMembers']}>
          {members.slice(0, MOST_SHOWN).map((member) => (
            <li key={member.key}>
              <button
                type="button"
                className={styles['line']}
                onClick={() => props.onGo(member.name)}
              >
                <ConditionMark condition={member.condition} isWordHidden />
                <span className={styles['lineName']}>
                  <ForeignText text={member.name} />
                </span>
              </button>
            </li>
          ))}
        </ul>
        {members.length > MOST_SHOWN ? (
          <p className={styles['soft']}>
            {t('map.alertsMore', { count: members.length - MOST_SHOWN })}
          </p>
        ) : null}
      </div>
    </aside>
  );
}
