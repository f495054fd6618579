import { useMemo, useState } from 'react';
import type { SilenceRow } from '../../../shared/ipc/rows.ts';
import { matchersText } from '../../../shared/noise/matchers.ts';
import { useText } from '../../i18n/text.ts';
import { Badge } from '../../kit/badge.tsx';
import { Button } from '../../kit/button.tsx';
import { EmptyState } from '../../kit/empty-state.tsx';
import { ForeignText } from '../../kit/foreign-text.tsx';
import { SentMark } from '../../kit/marks.tsx';
import { Time } from '../../kit/time.tsx';
import { VirtualGrid, type GridColumn } from '../../kit/virtual-grid.tsx';
import { useRowList, useRowsLoading } from '../../room/rows.ts';
import { runCommand } from '../../room/run-command.ts';
import { useWriteBlock } from '../../room/write-block.ts';
import styles from './alerts.module.css';

const ORDER: Readonly<Record<SilenceRow['state'], number>> = { active: 0, pending: 1, expired: 2 };

/** Silences and maintenance: what they hold, who made them and why, and how to end them. */
export function SilencesList() {
  const t = useText();
  const silences = useRowList('silences');
  const isLoading = useRowsLoading('silences');
  const block = useWriteBlock();
  const [currentKey, setCurrentKey] = useState<string | null>(null);
  const rows = useMemo(
    () =>
      [...silences].sort(
        (a, b) =>
          ORDER[a.state] - ORDER[b.state] || b.startsAt - a.startsAt || (a.key < b.key ? -1 : 1),
      ),
    [silences],
  );
  const columns = useMemo(
    (): readonly GridColumn<SilenceRow>[] => [
      {
        id: 'state',
        title: t('alerts.column.status'),
        width: 'calc(7 * var(--space-4))',
        render: ({ state, purpose }) => (
          <span className={styles['inline']} data-testid="silence-row" data-state={state}>
            <span className={state === 'expired' ? styles['over'] : styles['strong']}>
              {t(`alerts.silence.${state}`)}
            </span>
            {purpose === 'maintenance' ? <Badge>{t('alerts.purpose.maintenance')}</Badge> : null}
          </span>
        ),
      },
      {
        id: 'matchers',
        title: t('alerts.silence.matchers'),
        width: 'minmax(0, 2fr)',
        render: ({ matchers }) => (
          <ForeignText text={matchersText(matchers)} className={styles['mono']} />
        ),
      },
      {
        id: 'alerts',
        title: t('alerts.silence.holds'),
        width: 'calc(4 * var(--space-4))',
        align: 'end',
        render: ({ alerts }) => alerts,
      },
      {
        id: 'why',
        title: t('alerts.silence.why'),
        width: 'minmax(0, 2fr)',
        render: ({ comment }) => <ForeignText text={comment} />,
      },
      {
        id: 'by',
        title: t('alerts.silence.by'),
        width: 'minmax(0, 1fr)',
        render: ({ createdBy, sources, sent }) => (
          <span className={styles['inline']}>
            <ForeignText text={createdBy} className={styles['people']} />
            {sources.length === 0 ? null : (
              <ForeignText text={sources.join(', ')} className={styles['soft']} />
            )}
            <SentMark sent={sent} />
          </span>
        ),
      },
      {
        id: 'until',
        title: t('alerts.silence.until'),
        width: 'calc(7 * var(--space-4))',
        align: 'end',
        render: ({ endsAt }) => <Time moment={endsAt} />,
      },
    ],
    [t],
  );
  const current = rows.find(({ key }) => key === currentKey) ?? rows[0];
  return (
    <>
      {current === undefined || current.state === 'expired' ? null : (
        <div className={styles['markedBar']} role="group">
          <ForeignText text={matchersText(current.matchers)} className={styles['mono']} />
          <Button
            size="s"
            isDisabled={block !== null}
            onPress={() => void runCommand({ name: 'silence.expire', silence: current.key })}
            testId="silence-expire"
          >
            {t('alerts.silence.expire')}
          </Button>
          {current.sources.length === 0 ? null : (
            <span className={styles['soft']}>{t('alerts.silence.expireHere')}</span>
          )}
        </div>
      )}
      <div className={styles['grid']}>
        <VirtualGrid
          label={t('alerts.lens.silences')}
          columns={columns}
          rows={rows}
          currentKey={current?.key ?? null}
          onCurrent={setCurrentKey}
          isBusy={isLoading}
          testId="silences-grid"
          empty={
            <EmptyState
              icon="alerts"
              title={t('alerts.silences.empty')}
              why={t('alerts.silences.empty.why')}
            />
          }
        />
      </div>
    </>
  );
}
