import { useMemo } from 'react';
import { isClean, type GroupHit, type Hit } from '../../../shared/graph/blast-radius.ts';
import { useText, type Translate } from '../../i18n/text.ts';
import { Button, IconButton } from '../../kit/button.tsx';
import { ForeignText } from '../../kit/foreign-text.tsx';
import { formatCount } from '../../kit/format.ts';
import { showToast } from '../../kit/toast-store.ts';
import { VirtualGrid, type GridColumn } from '../../kit/virtual-grid.tsx';
import { shell } from '../../room/core.ts';
import { makeLink } from '../../room/links.ts';
import { useStatus } from '../../room/rows.ts';
import { runCommand } from '../../room/run-command.ts';
import { blastCsv } from './blast-csv.ts';
import type { BlastReading } from './blast-reading.ts';
import { mapStore, setBlast } from './map-model.ts';
import { queryText } from './map-query.ts';
import styles from './map-view.module.css';

interface Line {
  readonly key: string;
  readonly hit: Hit;
}

/** Whom an outage would hit, how strongly and by which way, and what stays clean: before anybody acts. */
export function BlastPanel(props: {
  readonly reading: BlastReading;
  readonly selected: string | null;
  readonly onGo: (name: string) => void;
}) {
  const t = useText();
  const { reading, selected, onGo } = props;
  const { radius } = reading;
  const isReadOnly = useStatus()?.room === 'bundle';
  const lines = useMemo(
    (): readonly Line[] => radius.hits.map((hit) => ({ key: hit.name, hit })),
    [radius],
  );
  const columns = useMemo(
    (): readonly GridColumn<Line>[] => [
      {
        id: 'name',
        title: t('map.column.name'),
        width: 'minmax(0, 1.6fr)',
        render: ({ hit }) => <ForeignText text={hit.name} className={styles['lineName']} />,
      },
      {
        id: 'strength',
        title: t('map.blast.how'),
        width: 'minmax(0, 1fr)',
        render: ({ hit }) => <Strength strength={hit.strength} />,
      },
      {
        id: 'distance',
        title: t('map.blast.calls'),
        width: 'minmax(0, 0.5fr)',
        align: 'end',
        render: ({ hit }) => hit.distance,
      },
    ],
    [t],
  );
  const chosen = radius.hits.find((hit) => hit.name === selected);
  const title = titleOf(reading, t);
  return (
    <aside className={styles['blast']} data-testid="map-blast" aria-label={t('map.blast')}>
      <header className={styles['cardHead']}>
        <div className={styles['cardTitle']}>
          <h3 className={styles['cardName']}>
            <ForeignText text={title} />
          </h3>
          <IconButton
            icon="close"
            size="s"
            label={t('map.blast.end')}
            shortcut="B"
            onPress={() => setBlast(null)}
          />
        </div>
        <p data-testid="map-blast-summary">{summaryOf(reading, t)}</p>
        <div className={styles['cardActions']}>
          <Button
            size="s"
            icon="export"
            onPress={() => void save(reading, title, t)}
            testId="map-blast-export"
          >
            {t('map.blast.export')}
          </Button>
          <Button
            size="s"
            icon="pin"
            isDisabled={isReadOnly}
            onPress={() => void pinToTimeline(reading, title, t)}
            testId="map-blast-pin"
          >
            {t('map.blast.pin')}
          </Button>
        </div>
      </header>
      <Groups title={t('map.blast.units')} groups={reading.units} testId="map-blast-units" />
      <Groups
        title={t('map.blast.functions')}
        groups={reading.functions.filter((group) => !isClean(group))}
        testId="map-blast-functions"
      />
      {/* Always there: a list must not move under the pointer. */}
      <p className={styles['blastPath']} data-testid="map-blast-path">
        {chosen ? <ForeignText text={chosen.path().join(' → ')} /> : t('map.blast.choose')}
      </p>
      <div className={styles['blastList']}>
        <VirtualGrid
          label={t('map.blast.list')}
          columns={columns}
          rows={lines}
          currentKey={selected}
          onCurrent={onGo}
          onOpen={({ hit }) => onGo(hit.name)}
          testId="map-blast-list"
          empty={
            <p className={styles['blastNone']}>
              {t(radius.starts.length === 0 ? 'map.blast.nothingFailed' : 'map.blast.nobody')}
            </p>
          }
        />
      </div>
    </aside>
  );
}

function Strength(props: { readonly strength: Hit['strength'] }) {
  const t = useText();
  return (
    <span className={styles['strength']}>
      <svg viewBox="0 0 28 8" className={styles['legendLine']} aria-hidden="true">
        <path className={styles[`line-${props.strength}`]} d="M0 4h26" />
      </svg>
      {t(`map.blast.strength.${props.strength}`)}
    </span>
  );
}

/** The groups that are hit with how much of them, and those that are clean by name. */
function Groups(props: {
  readonly title: string;
  readonly groups: readonly GroupHit[];
  readonly testId: string;
}) {
  const t = useText();
  const hit = props.groups.filter((group) => !isClean(group));
  const clean = props.groups.filter((group) => isClean(group));
  if (props.groups.length === 0) return null;
  return (
    <section className={styles['section']} data-testid={props.testId}>
      <h4 className={styles['sectionTitle']}>
        {props.title} <span className={styles['soft']}>{hit.length}</span>
      </h4>
      <ul className={styles['groupHits']}>
        {hit.slice(0, MOST_GROUPS).map((group) => (
          <li key={group.group}>
            <ForeignText text={group.group} />{' '}
            <span className={styles['soft']}>
              {formatCount(group.failed + group.sync + group.async + group.weak)}/
              {formatCount(group.services)}
            </span>
          </li>
        ))}
        {hit.length > MOST_GROUPS ? (
          <li className={styles['soft']}>
            {t('map.alertsMore', { count: hit.length - MOST_GROUPS })}
          </li>
        ) : null}
      </ul>
      {clean.length === 0 ? null : (
        <p className={styles['clean']} data-testid={`${props.testId}-clean`}>
          {t('map.blast.clean')}{' '}
          <ForeignText
            text={clean
              .slice(0, MOST_GROUPS)
              .map((group) => group.group)
              .join(', ')}
          />
          {clean.length > MOST_GROUPS
            ? ` ${t('map.alertsMore', { count: clean.length - MOST_GROUPS })}`
            : ''}
        </p>
      )}
    </section>
  );
}

const MOST_GROUPS = 12;

/** What is asked: "If unit RZ01 fails", "If pay-core and 2 others fail". */
export function titleOf({ blast, unitOfShard }: BlastReading, t: Translate): string {
  const [first = '', ...others] = blast.values;
  const what =
    blast.kind === 'service'
      ? first
      : `${t(`map.by.${blast.kind}`)} ${first}${unitOfShard === null ? '' : ` (${unitOfShard})`}`;
  return others.length === 0
    ? t('map.blast.title', { what })
    : t('map.blast.titleMore', { what, count: others.length });
}

export function summaryOf({ radius }: BlastReading, t: Translate): string {
  const of = (strength: Hit['strength']): number =>
    radius.hits.filter((hit) => hit.strength === strength).length;
  return t('map.blast.summary', {
    failed: formatCount(radius.starts.length),
    sync: formatCount(of('sync')),
    async: formatCount(of('async')),
    weak: formatCount(of('weak')),
  });
}

async function save(reading: BlastReading, title: string, t: Translate): Promise<void> {
  const rows = mapStore.getState().scene?.rowOf ?? (() => undefined);
  const answer = await shell('shell.save-text', {
    name: title.slice(0, 80),
    kind: 'csv',
    text: blastCsv(reading.radius, rows),
  }).catch((error: unknown) => ({ saved: false, error: String(error) }));
  if (answer.saved) {
    const path = 'path' in answer ? (answer.path ?? '') : '';
    showToast({ tone: 'success', title: t('map.saved'), body: path });
  } else if (answer.error !== undefined) {
    showToast({ tone: 'critical', title: t('map.notSaved'), body: answer.error });
  }
}

/** A pinned note with what was found, and a link that shows it again as it is shown here. */
async function pinToTimeline(reading: BlastReading, title: string, t: Translate): Promise<void> {
  const clean = reading.units.filter(isClean).map(({ group }) => group);
  const hit = reading.units.filter((group) => !isClean(group)).map(({ group }) => group);
  const names = reading.radius.hits.slice(0, MOST_NAMED).map((one) => one.name);
  const more = reading.radius.hits.length - names.length;
  const lines = [
    `${title}: ${summaryOf(reading, t)}`,
    hit.length === 0 ? '' : `${t('map.blast.units')}: ${hit.slice(0, 50).join(', ')}`,
    clean.length === 0 ? '' : `${t('map.blast.clean')} ${clean.slice(0, 50).join(', ')}`,
    names.length === 0
      ? ''
      : `${names.join(', ')}${more > 0 ? ` ${t('map.alertsMore', { count: more })}` : ''}`,
    makeLink('map', queryText(mapStore.getState().query, null)),
  ];
  const written = await runCommand({
    name: 'note.write',
    text: lines
      .filter((line) => line !== '')
      .join('\n')
      .slice(0, 19_000),
  });
  const [entry] = written.done ? written.facts : [];
  if (entry === undefined) return;
  const pinned = await runCommand({ name: 'entry.pin', entry });
  if (pinned.done) showToast({ tone: 'success', title: t('map.blast.pinned') });
}

const MOST_NAMED = 40;
