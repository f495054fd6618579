import { useMemo, useState } from 'react';
import type { SourceRow } from '../../../shared/ipc/rows.ts';
import { useText } from '../../i18n/text.ts';
import { Badge } from '../../kit/badge.tsx';
import { Button } from '../../kit/button.tsx';
import { EmptyState } from '../../kit/empty-state.tsx';
import { TextField } from '../../kit/field.tsx';
import { formatCount, formatSpan } from '../../kit/format.ts';
import { sortRows, type Sort } from '../../kit/grid-keys.ts';
import { FreshnessMark } from '../../kit/marks.tsx';
import { Panel } from '../../kit/panel.tsx';
import { Age, Time, useAge } from '../../kit/time.tsx';
import { VirtualGrid, type GridColumn } from '../../kit/virtual-grid.tsx';
import { shell } from '../../room/core.ts';
import { openDialog } from '../../room/navigation.ts';
import { useRowList, useRowsLoading, useStatus } from '../../room/rows.ts';
import { useSession } from '../../room/session.ts';
import { gapText, waitsFor } from '../../room/status-text.ts';
import { Spinner } from '../../kit/spinner.tsx';
import { sourceOrder, valueOfSource } from './source-order.ts';
import styles from './sources.module.css';

/** Who speaks to this room, when they were last heard, and what could not be understood. */
export function SourcesView() {
  const t = useText();
  const sources = useRowList('sources');
  const isLoading = useRowsLoading('sources');
  const [sort, setSort] = useState<Sort | undefined>(undefined);
  const [currentKey, setCurrentKey] = useState<string | null>(null);
  const rows = useMemo(
    () => (sort ? sortRows(sources, sort, valueOfSource) : sourceOrder(sources)),
    [sources, sort],
  );
  const columns = useColumns();
  const heard = sources.filter((source) => source.freshness === 'fresh').length;
  const current = sources.find((source) => source.key === currentKey) ?? rows[0];
  return (
    <div className={styles['view']}>
      <Panel
        title={t('sources.title')}
        summary={
          sources.length > 0 ? t('sources.summary', { heard, all: sources.length }) : undefined
        }
        isScrolled={false}
        testId="sources-view"
      >
        <VirtualGrid
          label={t('sources.list')}
          columns={columns}
          rows={rows}
          {...(sort ? { sort } : {})}
          onSort={setSort}
          currentKey={current?.key ?? null}
          onCurrent={setCurrentKey}
          rowTone={(source) =>
            source.freshness === 'silent'
              ? 'warning'
              : source.freshness === 'never'
                ? 'unknown'
                : 'none'
          }
          isBusy={isLoading}
          testId="sources-grid"
          empty={
            isLoading ? (
              <Spinner />
            ) : (
              <EmptyState
                icon="sources"
                title={t('sources.empty.title')}
                why={t('sources.empty.why')}
                what={t('sources.empty.what')}
                actions={
                  <Button onPress={() => openDialog('connect')}>
                    {t('sources.empty.connect')}
                  </Button>
                }
              />
            )
          }
        />
      </Panel>
      <aside className={styles['side']}>
        <GatewayPart />
        <DirectPart />
        {current ? <SourcePart source={current} /> : null}
      </aside>
    </div>
  );
}

function useColumns(): readonly GridColumn<SourceRow>[] {
  const t = useText();
  return useMemo(
    (): readonly GridColumn<SourceRow>[] => [
      {
        id: 'source',
        title: t('sources.column.source'),
        width: 'minmax(0, 2fr)',
        isSortable: true,
        render: (source) => <span className={styles['name']}>{source.source}</span>,
      },
      {
        id: 'speaks',
        title: t('sources.column.speaks'),
        width: 'minmax(0, 1fr)',
        isSortable: true,
        render: (source) => source.speaks,
      },
      {
        id: 'freshness',
        title: t('sources.column.state'),
        width: 'minmax(0, 1fr)',
        isSortable: true,
        render: (source) => <FreshnessMark freshness={source.freshness} />,
      },
      {
        id: 'completeness',
        title: t('sources.column.completeness'),
        width: 'minmax(0, 1fr)',
        align: 'end',
        isSortable: true,
        render: (source) =>
          source.completeness === null ? (
            t('sources.lag.none')
          ) : (
            <span className={source.completeness < 1 ? styles['warn'] : undefined}>
              {`${String(Math.round(source.completeness * 100))} %`}
            </span>
          ),
      },
      {
        id: 'lastHeardAt',
        title: t('sources.column.heard'),
        width: 'minmax(0, 1fr)',
        align: 'end',
        isSortable: true,
        render: (source) =>
          source.lastHeardAt === null ? t('sources.never') : <Age moment={source.lastHeardAt} />,
      },
      {
        id: 'intervalMs',
        title: t('sources.column.interval'),
        width: 'minmax(0, 1fr)',
        align: 'end',
        render: (source) => formatSpan(source.intervalMs, t),
      },
      {
        id: 'lagMs',
        title: t('sources.column.lag'),
        width: 'minmax(0, 1fr)',
        align: 'end',
        isSortable: true,
        render: (source) =>
          source.lagMs === null ? t('sources.lag.none') : lagText(source.lagMs, t),
      },
      {
        id: 'facts',
        title: t('sources.column.facts'),
        width: 'minmax(0, 1fr)',
        align: 'end',
        isSortable: true,
        render: (source) => formatCount(source.facts),
      },
      {
        id: 'quarantined',
        title: t('sources.column.quarantined'),
        width: 'minmax(0, 1fr)',
        align: 'end',
        isSortable: true,
        render: (source) => (
          <span className={source.quarantined > 0 ? styles['warn'] : undefined}>
            {formatCount(source.quarantined)}
          </span>
        ),
      },
    ],
    [t],
  );
}

function lagText(lagMs: number, t: ReturnType<typeof useText>): string {
  if (lagMs < 1_000) return `${String(Math.round(lagMs))} ms`;
  return lagMs < 10_000 ? `${(lagMs / 1_000).toFixed(1)} s` : formatSpan(lagMs, t);
}

function SourcePart(props: { readonly source: SourceRow }) {
  const t = useText();
  const { source } = props;
  const age = useAge(source.lastHeardAt);
  const interval = formatSpan(source.intervalMs, t);
  const problem = source.lastProblem;
  return (
    <Panel title={source.source} isPadded testId="source-detail">
      <div className={styles['detail']}>
        <FreshnessMark freshness={source.freshness} />
        <p>
          {source.freshness === 'never'
            ? t('sources.detail.never')
            : t(`sources.detail.${source.freshness}`, { age, interval })}
        </p>
        {problem === null ? (
          <p className={styles['soft']}>{t('sources.detail.noProblem')}</p>
        ) : (
          <>
            <h3 className={styles['heading']}>{t('sources.detail.problem')}</h3>
            <dl className={styles['list']}>
              <dt>{t('sources.detail.at')}</dt>
              <dd>
                <Time moment={problem.at} />
              </dd>
              <dt>{t('sources.detail.place')}</dt>
              <dd className={styles['mono']}>{problem.place}</dd>
              <dt>{t('sources.detail.reason')}</dt>
              <dd>{problem.reason}</dd>
            </dl>
            <h3 className={styles['heading']}>{t('sources.detail.excerpt')}</h3>
            <pre className={styles['excerpt']}>{problem.excerpt}</pre>
          </>
        )}
      </div>
    </Panel>
  );
}

/** What this desk asks itself while the gateway is silent. */
function DirectPart() {
  const t = useText();
  const session = useSession();
  const status = useStatus();
  const [draft, setDraft] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  if (session === null || status?.room !== 'live') return null;
  const sources = session.directSources;
  const set = async (next: readonly string[]): Promise<void> => {
    const answer = await shell('shell.direct-sources', { sources: [...next] }).catch(
      (error: unknown) => ({ reason: String(error) }),
    );
    setProblem(answer.reason ?? null);
    if (answer.reason === undefined) setDraft('');
  };
  return (
    <Panel
      title={t('sources.direct')}
      isPadded
      className={styles['gateway'] ?? ''}
      testId="direct-sources"
    >
      <p className={styles['soft']}>{t('sources.direct.what')}</p>
      {sources.map((source) => (
        <p key={source} className={styles['direct']} data-testid="direct-source">
          <span className={styles['mono']}>{source}</span>
          {status.direct.includes(nameOf(source)) ? (
            <Badge tone="warning">{t('sources.direct.asked')}</Badge>
          ) : null}
          <Button
            size="s"
            look="quiet"
            label={`${t('sources.direct.remove')} ${source}`}
            onPress={() => void set(sources.filter((one) => one !== source))}
          >
            {t('sources.direct.remove')}
          </Button>
        </p>
      ))}
      <TextField
        label={t('sources.direct.add')}
        value={draft}
        onChange={(text) => {
          setDraft(text);
          setProblem(null);
        }}
        placeholder="prometheus:prod=http://prometheus:9090"
        isMono
        error={problem}
        hint={t('sources.direct.hint')}
        onSubmit={() => void set([...sources, draft])}
        testId="direct-add"
      />
    </Panel>
  );
}

/** `prometheus:prod=http://…`: what the source is called in the room. */
function nameOf(source: string): string {
  return /^[^:]*:([^=]*)=/.exec(source)?.[1] ?? '';
}

function GatewayPart() {
  const t = useText();
  const status = useStatus();
  if (!status) return null;
  return (
    <Panel
      title={t('sources.gateway')}
      isPadded
      className={styles['gateway'] ?? ''}
      toolbar={
        <Button size="s" onPress={() => openDialog('connect')}>
          {t('settings.gateway.change')}
        </Button>
      }
    >
      <dl className={styles['list']}>
        <dt>{t('sources.gateway.state')}</dt>
        <dd>{t(waitsFor(status) === null ? `feed.${status.feed}` : 'feed.waits')}</dd>
        <dt>{t('sources.gateway.address')}</dt>
        <dd className={styles['mono']}>{status.feedAddress ?? t('settings.gateway.none')}</dd>
        <dt>{t('sources.gateway.heard')}</dt>
        <dd>
          {status.heardAt === null ? (
            t('sources.never')
          ) : (
            <Age moment={status.heardAt} clock="wall" />
          )}
        </dd>
        <dt>{t('sources.gateway.facts')}</dt>
        <dd>{formatCount(status.facts)}</dd>
        <dt>{t('sources.gateway.outbox')}</dt>
        <dd className={status.outbox > 0 ? styles['warn'] : undefined}>
          {formatCount(status.outbox)}
        </dd>
        <dt>{t('sources.gateway.refused')}</dt>
        <dd className={status.refused > 0 ? styles['bad'] : undefined}>
          {formatCount(status.refused)}
        </dd>
        <dt>{t('sources.gateway.gaps')}</dt>
        <dd>
          {status.gaps.length === 0
            ? t('sources.gateway.gaps.none')
            : status.gaps.map((gap) => (
                <p key={`${gap.kind}-${String(gap.at)}`} className={styles['warn']}>
                  <Time moment={gap.at} /> {t(`banner.gap.${gap.kind}`)} · {gapText(gap.detail)}
                </p>
              ))}
        </dd>
      </dl>
    </Panel>
  );
}
