import { useMemo, useState } from 'react';
import { useText } from '../../i18n/text.ts';
import { Banner } from '../../kit/banner.tsx';
import { Button } from '../../kit/button.tsx';
import { Dialog } from '../../kit/dialog.tsx';
import { TextArea } from '../../kit/field.tsx';
import { ForeignText } from '../../kit/foreign-text.tsx';
import { IncidentSeverityMark } from '../../kit/marks.tsx';
import { showToast } from '../../kit/toast-store.ts';
import { closeDialog, useDialog } from '../../room/navigation.ts';
import { useNow } from '../../room/now.ts';
import { useRow, useRowList } from '../../room/rows.ts';
import { runCommand } from '../../room/run-command.ts';
import { useDraft } from '../../room/session.ts';
import { chooseIncident } from '../../room/chosen-incident.ts';
import { useWriteBlock } from '../../room/write-block.ts';
import { byUrgency } from '../../room/incident-family.ts';
import { durationOf, formatHours } from './current-incident.ts';
import { reasonOf } from './reason.ts';
import styles from './incident.module.css';
import { useIncident } from './incident-store.ts';

/** Ends an incident, with what is still open around it said before. */
export function ResolveDialog() {
  const t = useText();
  const { detail } = useDialog();
  const shown = useIncident();
  const asked = useRow('incidents', detail.thing ?? null);
  const incident = asked ?? shown;
  const block = useWriteBlock();
  const now = useNow();
  const [summary, setSummary] = useDraft(`incident.resolve.${incident?.key ?? ''}`);
  const [refusal, setRefusal] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const open = useStillOpen(incident?.services ?? NONE);
  const runs = useRowList('runs').filter(
    (run) => run.status === 'running' && run.incident === incident?.key,
  ).length;
  const next = byUrgency(
    useRowList('incidents').filter((row) => row.status === 'active' && row.key !== incident?.key),
  )[0];
  const isActive = incident?.status === 'active';

  const resolve = async (): Promise<void> => {
    if (!incident || !isActive || isBusy || block !== null) return;
    setBusy(true);
    const answer = await runCommand({
      name: 'incident.resolve',
      incident: incident.key,
      summary: summary.trim().slice(0, 4_000),
    });
    setBusy(false);
    if (answer.done) {
      setSummary('');
      closeDialog();
      // The desk goes on with what is still burning.
      if (next && incident.key === shown?.key) {
        chooseIncident(next.key);
        showToast({
          tone: 'success',
          title: t('incident.resolvedNow', { title: incident.title }),
          body: t('incident.resolvedNow.next', { title: next.title }),
        });
      }
    } else {
      setRefusal(reasonOf(answer.code));
    }
  };

  return (
    <Dialog
      title={t('incident.form.resolve.title')}
      isOpen
      onClose={closeDialog}
      testId="resolve-dialog"
      actions={
        <>
          <Button onPress={closeDialog}>{t('kit.cancel')}</Button>
          <Button
            look="primary"
            isDisabled={!isActive || isBusy || block !== null}
            onPress={() => void resolve()}
            testId="resolve-run"
          >
            {t('incident.form.resolve.run')}
          </Button>
        </>
      }
    >
      <div className={styles['form']}>
        {block ? <Banner tone="review" title={t(`incident.blocked.${block}`)} /> : null}
        {refusal === null ? null : <Banner tone="critical" title={refusal} />}
        {!incident || !isActive ? (
          <p>{t('incident.form.resolve.nothing')}</p>
        ) : (
          <>
            <p className={styles['which']}>
              <IncidentSeverityMark severity={incident.severity} />
              <ForeignText text={incident.title} className={styles['whichTitle']} />
            </p>
            <ul className={styles['facts']}>
              <li>
                {t('incident.form.resolve.lasted', {
                  time: formatHours(durationOf(incident, now).lastedMs),
                })}
              </li>
              {open.firing > 0 ? (
                <li className={styles['warn']}>
                  {t('incident.form.resolve.firing', { count: open.firing })}
                </li>
              ) : null}
              {open.unknown > 0 ? (
                <li className={styles['warn']}>
                  {t('incident.form.resolve.unknown', { count: open.unknown })}
                </li>
              ) : null}
              {runs > 0 ? (
                <li className={styles['warn']}>
                  {t('incident.form.resolve.runs', { count: runs })}
                </li>
              ) : null}
            </ul>
            <TextArea
              label={t('incident.form.resolve.summary')}
              value={summary}
              onChange={setSummary}
              hint={t('incident.form.resolve.hint')}
              onSubmit={() => void resolve()}
              rows={4}
              autoFocus
              testId="resolve-summary"
            />
          </>
        )}
      </div>
    </Dialog>
  );
}

const NONE: readonly string[] = [];

/** Alerts of some services that fire, or of which nobody knows. */
function useStillOpen(services: readonly string[]): { firing: number; unknown: number } {
  const alerts = useRowList('alerts');
  return useMemo(() => {
    const counts = { firing: 0, unknown: 0 };
    const names = new Set(services);
    for (const alert of alerts) {
      if (alert.service === null || !names.has(alert.service)) continue;
      if (alert.status === 'firing') counts.firing += 1;
      else if (alert.status === 'unknown') counts.unknown += 1;
    }
    return counts;
  }, [alerts, services]);
}
