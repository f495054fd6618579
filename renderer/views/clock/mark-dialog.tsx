import { useState } from 'react';
import { CLOCK_POINTS, type ClockPoint } from '../../../shared/facts/incident.ts';
import type { TimelineEntry } from '../../../shared/ipc/contract.ts';
import type { IncidentRow } from '../../../shared/ipc/rows.ts';
import { useText } from '../../i18n/text.ts';
import { Button } from '../../kit/button.tsx';
import { Dialog } from '../../kit/dialog.tsx';
import { TextField } from '../../kit/field.tsx';
import { formatTime } from '../../kit/format.ts';
import { Select } from '../../kit/select.tsx';
import { FactPicker } from '../../room/fact-picker.tsx';
import { deskNow } from '../../room/now.ts';
import { runCommand } from '../../room/run-command.ts';
import styles from './clock.module.css';
import { readTimeOfDay } from './time-of-day.ts';

/** Places a point of the clock by a fact, or from memory, with the reason; or takes a mark back. */
export function MarkDialog(props: {
  readonly incident: IncidentRow;
  readonly onClose: () => void;
}) {
  const t = useText();
  const { incident } = props;
  const [point, setPoint] = useState<ClockPoint>('effect');
  const [time, setTime] = useState(() => formatTime(deskNow()));
  const [fact, setFact] = useState<TimelineEntry | null>(null);
  const [reason, setReason] = useState('');
  const [isTried, setTried] = useState(false);
  const at = fact?.at ?? readTimeOfDay(time, deskNow());
  const mark = incident.marks[point];

  const run = async (moment: number | null): Promise<void> => {
    setTried(true);
    if (reason.trim() === '') return;
    const answer = await runCommand({
      name: 'incident.mark-point',
      incident: incident.key,
      point,
      at: moment,
      evidence: moment === null ? null : (fact?.id ?? null),
      reason: reason.trim(),
    });
    if (answer.done) props.onClose();
  };
  const save = (): void => {
    setTried(true);
    if (at !== null) void run(at);
  };

  return (
    <Dialog
      title={t('clock.mark')}
      isOpen
      onClose={props.onClose}
      testId="clock-mark"
      actions={
        <>
          {mark === undefined ? null : (
            <Button onPress={() => void run(null)} testId="clock-mark-take-back">
              {t('clock.mark.takeBack', { point: t(`entry.point.${point}`) })}
            </Button>
          )}
          <Button onPress={props.onClose}>{t('kit.cancel')}</Button>
          <Button look="primary" onPress={save} testId="clock-mark-save">
            {t('clock.mark.save')}
          </Button>
        </>
      }
    >
      <div className={styles['form']}>
        <Select
          label={t('clock.mark.point')}
          value={point}
          options={CLOCK_POINTS.map((value) => ({ value, label: t(`entry.point.${value}`) }))}
          onChange={setPoint}
          testId="clock-mark-which"
        />
        <FactPicker
          label={t('clock.mark.fact')}
          noneLabel={t('clock.mark.none')}
          picked={fact}
          onPick={setFact}
        />
        {fact === null ? (
          <TextField
            label={t('clock.mark.time')}
            value={time}
            onChange={setTime}
            isMono
            error={isTried && at === null ? t('clock.mark.time.bad') : null}
            onSubmit={save}
            testId="clock-mark-time"
          />
        ) : null}
        <TextField
          label={t('clock.mark.reason')}
          value={reason}
          onChange={setReason}
          isRequired
          autoFocus
          error={isTried && reason.trim() === '' ? t('incident.form.reason.missing') : null}
          onSubmit={save}
          testId="clock-mark-reason"
        />
      </div>
    </Dialog>
  );
}
