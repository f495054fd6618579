import { useState } from 'react';
import type { IncidentRow } from '../../../shared/ipc/rows.ts';
import { useText } from '../../i18n/text.ts';
import { Button } from '../../kit/button.tsx';
import { Dialog } from '../../kit/dialog.tsx';
import { TextField } from '../../kit/field.tsx';
import { Select } from '../../kit/select.tsx';
import { useRowList } from '../../room/rows.ts';
import { runCommand } from '../../room/run-command.ts';
import styles from './clock.module.css';

const SIGNALS = ['errors', 'latency'] as const;
const MINUTE_MS = 60_000;

/** By what the effect is measured: which calls, what is bad, and for how long good is good enough. */
export function MeasureDialog(props: {
  readonly incident: IncidentRow;
  readonly onClose: () => void;
}) {
  const t = useText();
  const { incident } = props;
  const before = incident.measure;
  const called = useRowList('edges').map(({ to }) => to);
  const [service, setService] = useState(before?.service ?? incident.services[0] ?? '');
  const [signal, setSignal] = useState(before?.signal ?? 'errors');
  const [limit, setLimit] = useState(() =>
    before === null ? '5' : String(before.signal === 'errors' ? before.limit * 100 : before.limit),
  );
  const [minutes, setMinutes] = useState(String((before?.goodMs ?? MINUTE_MS) / MINUTE_MS));
  const [isTried, setTried] = useState(false);
  const limitValue = Number(limit.replace(',', '.'));
  const isLimitBad = limit.trim() === '' || !Number.isFinite(limitValue) || limitValue <= 0;
  const goodMs = Math.round(Number(minutes.replace(',', '.')) * MINUTE_MS);
  const isGoodBad = !(goodMs >= MINUTE_MS && goodMs <= 60 * MINUTE_MS);

  const save = async (): Promise<void> => {
    setTried(true);
    if (isLimitBad || isGoodBad || service.trim() === '') return;
    const answer = await runCommand({
      name: 'incident.set-measure',
      incident: incident.key,
      service: service.trim(),
      signal,
      limit: signal === 'errors' ? limitValue / 100 : limitValue,
      goodMs,
    });
    if (answer.done) props.onClose();
  };

  return (
    <Dialog
      title={t('clock.measure')}
      isOpen
      onClose={props.onClose}
      testId="clock-measure"
      actions={
        <>
          <Button onPress={props.onClose}>{t('kit.cancel')}</Button>
          <Button look="primary" onPress={() => void save()} testId="clock-measure-save">
            {t('clock.measure.save')}
          </Button>
        </>
      }
    >
      <div className={styles['form']}>
        <TextField
          label={t('clock.measure.service')}
          value={service}
          onChange={setService}
          isRequired
          autoFocus
          suggestions={[...new Set([...incident.services, ...called])].slice(0, 200)}
          onSubmit={() => void save()}
          testId="clock-measure-service"
        />
        <Select
          label={t('clock.measure.signal')}
          value={signal}
          options={SIGNALS.map((value) => ({ value, label: t(`clock.measure.signal.${value}`) }))}
          onChange={setSignal}
        />
        <TextField
          label={t(`clock.measure.limit.${signal}`)}
          value={limit}
          onChange={setLimit}
          isMono
          error={isTried && isLimitBad ? t('clock.measure.limit.bad') : null}
          onSubmit={() => void save()}
          testId="clock-measure-limit"
        />
        <TextField
          label={t('clock.measure.good')}
          value={minutes}
          onChange={setMinutes}
          isMono
          error={isTried && isGoodBad ? t('clock.measure.good.bad') : null}
          onSubmit={() => void save()}
          testId="clock-measure-good"
        />
      </div>
    </Dialog>
  );
}
