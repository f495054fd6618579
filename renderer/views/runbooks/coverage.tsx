import { useEffect, useMemo, useState } from 'react';
import type { Answer } from '../../../shared/ipc/contract.ts';
import { useText } from '../../i18n/text.ts';
import { EmptyState } from '../../kit/empty-state.tsx';
import { SeverityMark } from '../../kit/marks.tsx';
import { Spinner } from '../../kit/spinner.tsx';
import { Age } from '../../kit/time.tsx';
import { visibleText } from '../../kit/visible-text.ts';
import { VirtualGrid, type GridColumn } from '../../kit/virtual-grid.tsx';
import { core } from '../../room/core.ts';
import { useRowMap } from '../../room/rows.ts';
import styles from './editor.module.css';
import { openRunbook } from './run-store.ts';

type Covered = Answer<'runbook.coverage'>['alerts'][number] & { readonly key: string };

const DAYS = 30;
const SINCE_MS = DAYS * 24 * 3_600_000;
/** Alerts move all the time; which of them have a runbook is looked at so often. */
const AGAIN_MS = 5_000;

/** Which alerts that are open or were lately have a runbook; those without first. */
export function Coverage() {
  const t = useText();
  const runbooks = useRowMap('runbooks');
  const [alerts, setAlerts] = useState<readonly Covered[] | null>(null);
  useEffect(() => {
    let isOver = false;
    const read = (): void => {
      core
        .ask('runbook.coverage', { sinceMs: SINCE_MS })
        .then((answer) => {
          if (!isOver) setAlerts(answer.alerts.map((alert) => ({ ...alert, key: alert.name })));
        })
        .catch(() => {
          // The core is away for a moment: what was read stays.
        });
    };
    read();
    const timer = setInterval(read, AGAIN_MS);
    return () => {
      isOver = true;
      clearInterval(timer);
    };
  }, [runbooks]);
  const columns = useMemo<readonly GridColumn<Covered>[]>(
    () => [
      {
        id: 'alert',
        title: t('coverage.alert'),
        width: 'minmax(0, 4fr)',
        render: (row) => (
          <span data-testid="coverage-row" data-alert-name={row.name}>
            <SeverityMark severity={row.severity} isWordHidden /> <bdi>{visibleText(row.name)}</bdi>
          </span>
        ),
      },
      {
        id: 'services',
        title: t('coverage.services'),
        width: 'minmax(0, 3fr)',
        render: (row) => <bdi title={row.services.join(', ')}>{row.services.join(', ')}</bdi>,
      },
      {
        id: 'open',
        title: t('coverage.open'),
        width: 'minmax(0, 1.2fr)',
        align: 'end',
        render: (row) => `${String(row.open)} / ${String(row.count)}`,
      },
      {
        id: 'last',
        title: t('coverage.last'),
        width: 'minmax(0, 1.4fr)',
        render: (row) => <Age moment={row.lastAt} />,
      },
      {
        id: 'runbook',
        title: t('coverage.runbook'),
        width: 'minmax(0, 3.4fr)',
        render: (row) => {
          const [first, ...more] = row.runbooks;
          const found = first === undefined ? undefined : runbooks.get(first);
          if (first === undefined) {
            return <span className={styles['uncovered']}>{t('coverage.none')}</span>;
          }
          return (
            <bdi>
              {visibleText(found?.title ?? first)}
              {more.length > 0 ? ` +${String(more.length)}` : ''}
            </bdi>
          );
        },
      },
    ],
    [t, runbooks],
  );
  if (alerts === null) return <Spinner label={t('coverage.reading')} />;
  const bare = alerts.filter((alert) => alert.runbooks.length === 0).length;
  return (
    <div className={styles['coverage']}>
      <p className={styles['coverageHead']} data-testid="coverage-summary">
        <strong>{t('coverage.bare', { count: bare })}</strong>{' '}
        <span className={styles['soft']}>
          {t('coverage.of', { count: alerts.length, days: DAYS })}
        </span>
      </p>
      <VirtualGrid
        label={t('coverage.title')}
        columns={columns}
        rows={alerts}
        currentKey={null}
        onCurrent={() => {}}
        onOpen={(row) => {
          const [first] = row.runbooks;
          if (first !== undefined) openRunbook(first);
        }}
        isRowDim={(row) => row.open === 0}
        empty={
          <EmptyState
            icon="check"
            title={t('coverage.empty.title')}
            why={t('coverage.empty.why')}
          />
        }
        testId="coverage-grid"
      />
    </div>
  );
}
