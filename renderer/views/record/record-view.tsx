import type { ReactNode } from 'react';
import { useStore } from 'zustand';
import type { RecordOf } from '../../../shared/ipc/contract.ts';
import type { GapRow, StatusRow } from '../../../shared/ipc/rows.ts';
import { useText, type Translate } from '../../i18n/text.ts';
import { Badge } from '../../kit/badge.tsx';
import { Button } from '../../kit/button.tsx';
import { classes } from '../../kit/classes.ts';
import { clockStore } from '../../kit/clock.ts';
import { EmptyState } from '../../kit/empty-state.tsx';
import { ForeignText } from '../../kit/foreign-text.tsx';
import { formatBytes, formatCount, formatMoment } from '../../kit/format.ts';
import { useZone } from '../../kit/zone.ts';
import { Icon, type IconName } from '../../kit/icons.tsx';
import { Panel } from '../../kit/panel.tsx';
import { Spinner } from '../../kit/spinner.tsx';
import { Age, Time } from '../../kit/time.tsx';
import { openDialog } from '../../room/navigation.ts';
import { useRowList, useStatus } from '../../room/rows.ts';
import { backUp, checkRecord, copyRecord, openJournal } from '../../room/room-actions.ts';
import { gapBounds, gapText, isSkewed, skewText, waitsFor } from '../../room/status-text.ts';
import { readRecord, useRecord } from './record-store.ts';
import styles from './record.module.css';
import { verdictOf, type Verdict } from './verdict.ts';

/** What the record is, whether it can be trusted, and what can be done for it. */
export function RecordView() {
  // Its times are in the zone that is shown.
  useZone();
  const t = useText();
  const { record, error } = useRecord();
  const status = useStatus();
  if (record === null || !status) {
    return (
      <Panel title={t('record.title')} testId="record-view">
        {error === null ? (
          <Spinner label={t('record.loading')} />
        ) : (
          <EmptyState
            icon="warning"
            title={t('record.failed.title')}
            why={t(`error.${error}`)}
            what={t('record.failed.what')}
            actions={<Button onPress={() => void readRecord()}>{t('record.failed.again')}</Button>}
          />
        )}
      </Panel>
    );
  }
  return (
    <div className={styles['view']} data-testid="record-view">
      <VerdictBar record={record} status={status} isOld={error !== null} />
      <div className={styles['columns']}>
        <div className={styles['column']}>
          {record.salvage ? <SalvagePart salvage={record.salvage} /> : null}
          <FilesPart record={record} isLive={status.room === 'live'} />
          {record.copies.folder === '' ? null : (
            <CopiesPart record={record} isLive={status.room === 'live'} />
          )}
        </div>
        <div className={styles['column']}>
          {status.room === 'live' ? <CheckPart record={record} /> : null}
          <FeedPart status={status} />
          <GapsPart gaps={status.gaps} />
          <QuarantinePart record={record} status={status} />
        </div>
      </div>
    </div>
  );
}

const LOOKS: Record<Verdict['kind'], readonly [tone: string, icon: IconName]> = {
  damaged: ['critical', 'warning'],
  salvaged: ['warning', 'warning'],
  gap: ['warning', 'warning'],
  unchecked: ['plain', 'clock'],
  whole: ['good', 'check'],
  opened: ['plain', 'lock'],
  empty: ['plain', 'info'],
};

function VerdictBar(props: {
  readonly record: RecordOf;
  readonly status: StatusRow;
  /** What is shown was read before; the last reading failed. */
  readonly isOld: boolean;
}) {
  const t = useText();
  const now = useStore(clockStore, (state) => Math.floor(state.now / 60_000) * 60_000);
  const verdict = verdictOf(props.record, props.status);
  const isRefilled = verdict.kind === 'salvaged' && verdict.refill === 'done';
  const [tone, icon] = isRefilled ? LOOKS.whole : LOOKS[verdict.kind];
  const [title, what] = verdictWords(verdict, now, t);
  return (
    <div
      className={classes(styles['verdict'], styles[tone])}
      role="status"
      data-testid="record-verdict"
      data-verdict={verdict.kind}
      {...(verdict.kind === 'salvaged' ? { 'data-refill': verdict.refill } : {})}
    >
      <Icon name={icon} size="l" />
      <div className={styles['verdictText']}>
        <p className={styles['verdictTitle']}>{title}</p>
        {what === null ? null : <p className={styles['verdictWhat']}>{what}</p>}
        {props.isOld ? <p className={styles['warn']}>{t('record.old')}</p> : null}
      </div>
    </div>
  );
}

function verdictWords(
  verdict: Verdict,
  now: number,
  t: Translate,
): readonly [title: string, what: string | null] {
  const time = (moment: number): string => formatMoment(moment, now);
  switch (verdict.kind) {
    case 'damaged':
      return [
        t('record.verdict.damaged', { count: verdict.count }),
        t('record.verdict.damaged.what'),
      ];
    case 'salvaged': {
      const { kept, missing, at } = verdict;
      const title =
        missing === 0
          ? t('record.verdict.salvaged.none', { count: kept, time: time(at) })
          : missing === null
            ? t('record.verdict.salvaged.unknown', { count: kept, time: time(at) })
            : t('record.verdict.salvaged', { count: kept, missing, time: time(at) });
      return [title, t(`record.verdict.salvaged.${verdict.refill}`)];
    }
    case 'gap':
      return [
        t('record.verdict.gap', gapBounds(verdict.newest, now)),
        t('record.verdict.gap.what', { count: verdict.count }),
      ];
    case 'unchecked':
      return [
        t('record.verdict.unchecked', { count: verdict.facts, files: verdict.files }),
        t('record.verdict.unchecked.what', { percent: verdict.percent }),
      ];
    case 'whole':
      return [
        verdict.files === 1
          ? t('record.verdict.whole.one', { count: verdict.facts, time: time(verdict.checkedAt) })
          : t('record.verdict.whole', {
              count: verdict.facts,
              files: verdict.files,
              time: time(verdict.checkedAt),
            }),
        null,
      ];
    case 'opened':
      return [
        t('record.verdict.opened', { count: verdict.facts, files: verdict.files }),
        t('record.verdict.opened.what'),
      ];
    case 'empty':
      return [t('record.verdict.empty'), null];
  }
}

function Part(props: {
  readonly title: string;
  readonly summary?: ReactNode;
  readonly toolbar?: ReactNode;
  readonly testId: string;
  readonly children: ReactNode;
}) {
  return (
    <Panel
      title={props.title}
      summary={props.summary}
      toolbar={props.toolbar}
      isScrolled={false}
      isPadded
      className={styles['part'] ?? ''}
      testId={props.testId}
    >
      <div className={styles['body']}>{props.children}</div>
    </Panel>
  );
}

function FilesPart(props: { readonly record: RecordOf; readonly isLive: boolean }) {
  const t = useText();
  const { files, folder } = props.record;
  return (
    <Part
      title={t('record.files')}
      summary={t('record.files.summary', {
        count: files.length,
        size: formatBytes(files.reduce((sum, file) => sum + file.bytes, 0)),
      })}
      toolbar={
        <>
          <Button
            size="s"
            icon="file"
            shortcut="Ctrl+Shift+O"
            onPress={() => void openJournal({ from: 'dialog', kind: 'file' })}
            testId="record-open-file"
          >
            {t('record.open.file')}
          </Button>
          <Button
            size="s"
            icon="folder"
            onPress={() => void openJournal({ from: 'dialog', kind: 'folder' })}
            testId="record-open-folder"
          >
            {t('record.open.folder')}
          </Button>
          {props.isLive ? (
            <Button
              size="s"
              icon="export"
              shortcut="Ctrl+Shift+B"
              onPress={() => void backUp()}
              testId="record-backup"
            >
              {t('record.backup')}
            </Button>
          ) : null}
        </>
      }
      testId="record-files"
    >
      <table className={styles['table']}>
        <thead>
          <tr>
            <th scope="col">{t('record.files.name')}</th>
            <th scope="col">{t('record.files.state')}</th>
            <th scope="col" className={styles['end']}>
              {t('record.files.facts')}
            </th>
            <th scope="col" className={styles['end']}>
              {t('record.files.size')}
            </th>
            <th scope="col" className={styles['end']}>
              {t('record.files.range')}
            </th>
            <th scope="col">
              <span className={styles['hidden']}>{t('record.files.open')}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {files.map((file) => (
            <tr key={file.name}>
              <th scope="row">{file.name}</th>
              <td>
                {file.sealed ? (
                  <span className={styles['sealed']}>
                    <Icon name="lock" size="s" /> {t('record.files.sealed')}
                  </span>
                ) : (
                  t('record.files.written')
                )}
              </td>
              <td className={styles['end']}>{formatCount(file.facts)}</td>
              <td className={styles['end']}>{formatBytes(file.bytes)}</td>
              <td className={styles['end']}>
                {file.facts === 0
                  ? '–'
                  : `${formatCount(file.firstSeq)} – ${formatCount(file.lastSeq)}`}
              </td>
              <td className={styles['end']}>
                {file.sealed && props.isLive ? (
                  <Button
                    size="s"
                    label={t('record.files.openOne', { name: file.name })}
                    onPress={() => void openJournal({ from: 'record', name: file.name })}
                  >
                    {t('record.files.open')}
                  </Button>
                ) : null}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className={styles['faint']}>
        {t('record.files.why')} <ForeignText text={folder} className={styles['mono']} />
      </p>
    </Part>
  );
}

function CopiesPart(props: { readonly record: RecordOf; readonly isLive: boolean }) {
  const t = useText();
  const { copies } = props.record;
  const last = props.record.files.at(-1)?.lastSeq ?? 0;
  const points = copies.points.toReversed();
  const now = useStore(clockStore, (state) => Math.floor(state.now / 60_000) * 60_000);
  return (
    <Part
      title={t('record.copies')}
      summary={t('record.copies.summary', {
        count: points.length,
        size: formatBytes(copies.bytes),
      })}
      toolbar={
        props.isLive ? (
          <Button
            size="s"
            icon="copy"
            shortcut="Ctrl+Shift+S"
            onPress={() => void copyRecord().then(readRecord)}
            testId="record-copy"
          >
            {t('record.copies.now')}
          </Button>
        ) : undefined
      }
      testId="record-copies"
    >
      {copies.problem === null ? null : (
        <p className={styles['problem']} role="alert">
          <Icon name="warning" size="s" />
          <span>
            {t('record.copies.problem')} <ForeignText text={copies.problem} />
          </span>
        </p>
      )}
      {points.length === 0 ? (
        <p className={styles['soft']}>{t('record.copies.none')}</p>
      ) : (
        <table className={styles['table']}>
          <thead>
            <tr>
              <th scope="col">{t('record.copies.at')}</th>
              <th scope="col">{t('record.copies.age')}</th>
              <th scope="col" className={styles['end']}>
                {t('record.copies.upTo')}
              </th>
              <th scope="col" className={styles['end']}>
                {t('record.copies.lacks')}
              </th>
              <th scope="col">
                <span className={styles['hidden']}>{t('record.files.open')}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {points.map((point) => (
              <tr key={`${point.file}-${String(point.at)}`}>
                <th scope="row">
                  <Time moment={point.at} />
                </th>
                <td>
                  <Age moment={point.at} clock="wall" />
                </td>
                <td className={styles['end']}>{formatCount(point.lastSeq)}</td>
                <td className={styles['end']}>
                  {last > point.lastSeq ? formatCount(last - point.lastSeq) : '–'}
                </td>
                <td className={styles['end']}>
                  <Button
                    size="s"
                    label={t('record.files.openOne', { name: formatMoment(point.at, now) })}
                    onPress={() => void openJournal({ from: 'copies', at: point.at })}
                    testId="record-open-point"
                  >
                    {t('record.files.open')}
                  </Button>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <p className={styles['faint']}>
        {t('record.copies.why')} <ForeignText text={copies.folder} className={styles['mono']} />
      </p>
    </Part>
  );
}

function CheckPart(props: { readonly record: RecordOf }) {
  const t = useText();
  const { check } = props.record;
  const percent = check.total === 0 ? 0 : Math.floor((100 * check.checked) / check.total);
  return (
    <Part
      title={t('record.check')}
      toolbar={
        <Button
          size="s"
          icon="refresh"
          shortcut="Ctrl+Shift+Y"
          onPress={() => void checkRecord().then(readRecord)}
          testId="record-check"
        >
          {t('record.check.now')}
        </Button>
      }
      testId="record-check-part"
    >
      <p>
        {check.completedAt === null ? (
          t(check.total === 0 ? 'record.check.nothing' : 'record.check.never')
        ) : (
          <>
            {t('record.check.completed')} <Time moment={check.completedAt} /> (
            <Age moment={check.completedAt} clock="wall" />)
          </>
        )}
      </p>
      {check.running ? (
        <>
          <progress
            className={styles['progress']}
            max={Math.max(1, check.total)}
            value={check.checked}
            aria-label={t('record.check.progress')}
          />
          <p className={styles['soft']}>
            {t('record.check.running', { count: check.checked, total: check.total, percent })}
          </p>
        </>
      ) : null}
      {check.damaged.length === 0 ? (
        <p className={styles['soft']}>{t('record.check.none')}</p>
      ) : (
        <>
          <p className={styles['bad']}>
            {t('record.check.damaged', { count: check.damaged.length })}
          </p>
          <p className={styles['mono']}>
            {check.damaged.slice(0, MOST_SHOWN).map(formatCount).join(', ')}
            {check.damaged.length > MOST_SHOWN ? ' …' : ''}
          </p>
        </>
      )}
      <p className={styles['faint']}>{t('record.check.why')}</p>
    </Part>
  );
}

function SalvagePart(props: { readonly salvage: NonNullable<RecordOf['salvage']> }) {
  const t = useText();
  const { salvage } = props;
  return (
    <Part title={t('record.salvage')} testId="record-salvage">
      <dl className={styles['list']}>
        <dt>{t('record.salvage.at')}</dt>
        <dd>
          <Time moment={salvage.at} />
        </dd>
        <dt>{t('record.salvage.reason')}</dt>
        <dd>
          <ForeignText text={salvage.reason} />
        </dd>
        <dt>{t('record.salvage.kept')}</dt>
        <dd>{formatCount(salvage.kept)}</dd>
        <dt>{t('record.salvage.missing')}</dt>
        <dd className={salvage.missing === 0 ? undefined : styles['warn']}>
          {salvage.missing === null ? t('record.salvage.unknown') : formatCount(salvage.missing)}
        </dd>
        <dt>{t('record.salvage.aside')}</dt>
        <dd className={styles['mono']}>
          <ForeignText text={salvage.aside} />
        </dd>
      </dl>
      <details className={styles['details']}>
        <summary>{t('record.salvage.report')}</summary>
        <pre className={styles['report']} data-testid="record-report">
          <ForeignText text={salvage.report} keepLines />
        </pre>
      </details>
    </Part>
  );
}

function FeedPart(props: { readonly status: StatusRow }) {
  const t = useText();
  const { status } = props;
  if (status.room !== 'live') return null;
  return (
    <Part
      title={t('record.feed')}
      toolbar={
        <Button size="s" onPress={() => openDialog('connect')}>
          {t('settings.gateway.change')}
        </Button>
      }
      testId="record-feed"
    >
      <dl className={styles['list']}>
        <dt>{t('sources.gateway.state')}</dt>
        <dd>{t(waitsFor(status) === null ? `feed.${status.feed}` : 'feed.waits')}</dd>
        <dt>{t('record.feed.behind')}</dt>
        <dd className={status.feedBehind > 0 ? styles['warn'] : undefined}>
          {status.feedBehind > 0 ? formatCount(status.feedBehind) : t('record.feed.behind.none')}
        </dd>
        <dt>{t('sources.gateway.outbox')}</dt>
        <dd className={status.outbox > 0 ? styles['warn'] : undefined}>
          {formatCount(status.outbox)}
        </dd>
        <dt>{t('record.feed.skew')}</dt>
        <dd className={isSkewed(status) ? styles['warn'] : undefined} data-testid="record-skew">
          {status.skewMs === null ? t('record.feed.skew.unknown') : skewText(status.skewMs, t)}
        </dd>
        <dt>{t('record.feed.space')}</dt>
        <dd className={status.space === 'low' ? styles['bad'] : undefined}>
          {t(`record.feed.space.${status.space}`)}
        </dd>
      </dl>
    </Part>
  );
}

function GapsPart(props: { readonly gaps: readonly GapRow[] }) {
  const t = useText();
  const now = useStore(clockStore, (state) => Math.floor(state.now / 60_000) * 60_000);
  const gaps = props.gaps.toReversed();
  return (
    <Part
      title={t('record.gaps')}
      {...(gaps.length > 0 ? { summary: formatCount(gaps.length) } : {})}
      testId="record-gaps"
    >
      {gaps.length === 0 ? (
        <p className={styles['soft']}>{t('record.gaps.none')}</p>
      ) : (
        <ul className={styles['items']}>
          {gaps.map((gap) => (
            <li key={`${gap.kind}-${String(gap.at)}`} data-healed={gap.healedAt !== null}>
              <p>
                {gap.healedAt === null ? (
                  <Badge tone="warning">{t('record.gaps.open')}</Badge>
                ) : (
                  <Badge tone="success">{t('record.gaps.healed')}</Badge>
                )}{' '}
                <strong>{t('record.gaps.between', gapBounds(gap, now))}</strong>
              </p>
              <p className={styles['soft']}>
                {t(`banner.gap.${gap.kind}`)} · {gapText(gap.detail)} · {t('record.gaps.noticed')}{' '}
                <Time moment={gap.at} />
              </p>
              {gap.healedAt === null ? null : (
                <p className={styles['soft']}>
                  {t('record.gaps.healedAt')} <Time moment={gap.healedAt} />
                </p>
              )}
            </li>
          ))}
        </ul>
      )}
    </Part>
  );
}

function QuarantinePart(props: { readonly record: RecordOf; readonly status: StatusRow }) {
  const t = useText();
  const bySources = useRowList('sources').reduce((sum, source) => sum + source.quarantined, 0);
  const { quarantine } = props.record;
  const all = props.status.quarantined;
  return (
    <Part
      title={t('record.quarantine')}
      {...(all > 0 ? { summary: formatCount(all) } : {})}
      testId="record-quarantine"
    >
      {quarantine.length === 0 ? (
        <p className={styles['soft']}>{t('record.quarantine.none')}</p>
      ) : (
        <ul className={styles['items']}>
          {quarantine.map((row, index) => (
            // oxlint-disable-next-line react/no-array-index-key -- they are only ever read whole
            <li key={`${String(row.at)}-${String(index)}`}>
              <p>
                <strong>
                  <ForeignText text={row.reason} />
                </strong>
              </p>
              <p className={styles['soft']}>
                <Time moment={row.at} /> · <ForeignText text={row.source} /> ·{' '}
                <ForeignText text={row.place} className={styles['mono']} />
              </p>
              <pre className={styles['excerpt']}>
                <ForeignText text={row.excerpt} keepLines />
              </pre>
            </li>
          ))}
        </ul>
      )}
      <p className={styles['faint']}>
        {t('record.quarantine.why')}
        {bySources > 0 ? ` ${t('record.quarantine.sources', { count: bySources })}` : ''}
      </p>
    </Part>
  );
}

/** More sequences than these say nothing more. */
const MOST_SHOWN = 30;
