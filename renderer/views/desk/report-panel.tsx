import type { ReportRow } from '../../../shared/ipc/rows.ts';
import { useText } from '../../i18n/text.ts';
import { Badge } from '../../kit/badge.tsx';
import { Button } from '../../kit/button.tsx';
import { ForeignText } from '../../kit/foreign-text.tsx';
import { Panel } from '../../kit/panel.tsx';
import { Age } from '../../kit/time.tsx';
import { useNow } from '../../room/now.ts';
import { DeskRow } from './desk-row.tsx';
import { openDeskForm } from './desk-store.ts';
import styles from './desk.module.css';
import { dueTone } from './due.tsx';
import { REPORT_STALE_MS, reportsInOrder } from './order.ts';
import { Unsent } from './unsent.tsx';
import type { Desk } from './use-desk.ts';

/** The CAN board: condition, actions, needs of each expert as they said last, and how old that is. */
export function ReportPanel(props: { readonly desk: Desk; readonly isBlocked: boolean }) {
  const t = useText();
  const now = useNow();
  const { desk, isBlocked } = props;
  const { incident, reports } = desk.rows;
  const isOpen = incident.status === 'active';
  return (
    <Panel
      title={t('desk.reports')}
      testId="desk-reports"
      summary={<span>{t('desk.reports.why')}</span>}
      toolbar={
        <Button
          size="s"
          icon="plus"
          shortcut="Shift+R"
          isDisabled={isBlocked}
          onPress={() => openDeskForm({ name: 'report', thing: incident.key })}
          testId="desk-report"
        >
          {t('desk.reports.give')}
        </Button>
      }
    >
      {reports.length === 0 ? <p className={styles['none']}>{t('desk.reports.none')}</p> : null}
      <ul aria-label={t('desk.reports')}>
        {reportsInOrder(reports).map((report) => (
          <ReportLine
            key={report.key}
            report={report}
            now={now}
            isOpen={isOpen}
            isBlocked={isBlocked}
          />
        ))}
      </ul>
    </Panel>
  );
}

function ReportLine(props: {
  readonly report: ReportRow;
  readonly now: number;
  readonly isOpen: boolean;
  readonly isBlocked: boolean;
}) {
  const t = useText();
  const { report, now, isOpen, isBlocked } = props;
  const { from, latest } = report;
  const tone = isOpen ? dueTone(latest.at, latest.at + REPORT_STALE_MS, now) : 'over';
  return (
    <DeskRow
      testId="desk-report-row"
      thing={report.key}
      tone={tone}
      lead={<Age moment={latest.at} />}
      state={tone === 'late' ? t('desk.report.stale') : ''}
      main={
        <>
          <ForeignText className={styles['person']} text={from} />
          <ForeignText className={styles['words']} text={latest.condition} />
        </>
      }
      under={
        <span className={styles['under']}>
          {tone === 'late' ? <Badge tone="warning">{t('desk.report.stale')}</Badge> : null}
          {(['actions', 'needs'] as const).map((field) =>
            latest[field] === '' ? null : (
              <span key={field} className={styles['said']}>
                <span className={styles[field === 'needs' ? 'tagLoud' : 'tag']}>
                  {t(`desk.report.${field}`)}
                </span>{' '}
                <ForeignText text={latest[field]} />
              </span>
            ),
          )}
          <Unsent sent={report.sent} />
        </span>
      }
      actions={[
        {
          id: 'report',
          letter: 'R',
          label: t('desk.report.do.report'),
          run: () => openDeskForm({ name: 'report', thing: report.incident, who: from }),
        },
      ]}
      isFirstShown={tone === 'late' || tone === 'soon'}
      isBlocked={isBlocked}
    />
  );
}
