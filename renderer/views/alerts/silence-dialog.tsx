import { useMemo, useState } from 'react';
import { useStore } from 'zustand';
import type { AlertRow } from '../../../shared/ipc/rows.ts';
import { labelTest, matchersText, readMatchers } from '../../../shared/noise/matchers.ts';
import { useText } from '../../i18n/text.ts';
import { Button } from '../../kit/button.tsx';
import { Dialog } from '../../kit/dialog.tsx';
import { TextArea, TextField } from '../../kit/field.tsx';
import { Select } from '../../kit/select.tsx';
import { deskNow } from '../../room/now.ts';
import { rowStore, useRowList } from '../../room/rows.ts';
import { runCommand } from '../../room/run-command.ts';
import { isOver } from './alert-order.ts';
import { commonMatchers } from './common-matchers.ts';
import styles from './alerts.module.css';
import { alertsStore, NOTHING } from './alerts-store.ts';

const HOUR = 3_600_000;
const SPANS = { '15m': HOUR / 4, '1h': HOUR, '4h': 4 * HOUR, '24h': 24 * HOUR, '7d': 168 * HOUR };
type Span = keyof typeof SPANS;
const PURPOSES = ['silence', 'maintenance'] as const;

/** Silences what the chosen alerts have in common; the matchers can be changed before. */
export function SilenceDialog() {
  const dialog = useStore(alertsStore, (state) => state.dialog);
  return dialog?.kind === 'silence' ? <Open alerts={dialog.alerts} /> : null;
}

function Open(props: { readonly alerts: readonly string[] }) {
  const t = useText();
  const all = useRowList('alerts');
  const [matchers, setMatchers] = useState(() =>
    matchersText(commonMatchers(rowsOf(props.alerts))),
  );
  const [span, setSpan] = useState<Span>('1h');
  const [purpose, setPurpose] = useState<(typeof PURPOSES)[number]>('silence');
  const [comment, setComment] = useState('');
  const read = useMemo(() => readMatchers(matchers), [matchers]);
  const fitting = useMemo(() => {
    if (!read.ok || read.value.length === 0) return null;
    const fits = labelTest(read.value);
    return all.filter((alert) => !isOver(alert) && fits(alert.labels)).length;
  }, [all, read]);
  const close = (): void => alertsStore.setState({ dialog: null });
  const isReady = read.ok && read.value.length > 0 && comment.trim() !== '';
  const save = async (): Promise<void> => {
    if (!read.ok || !isReady) return;
    const startsAt = deskNow();
    const answer = await runCommand({
      name: 'silence.create',
      matchers: read.value,
      startsAt,
      endsAt: startsAt + SPANS[span],
      comment: comment.trim(),
      purpose,
    });
    if (!answer.done) return;
    alertsStore.setState({ marked: NOTHING });
    close();
  };
  return (
    <Dialog
      title={t('alerts.silence.title')}
      isOpen
      onClose={close}
      testId="silence-dialog"
      actions={
        <>
          <Button onPress={close}>{t('kit.cancel')}</Button>
          <Button
            look="primary"
            shortcut="Ctrl+Enter"
            isDisabled={!isReady}
            onPress={() => void save()}
            testId="silence-save"
          >
            {t('alerts.silence.do')}
          </Button>
        </>
      }
    >
      <div className={styles['cardBody']}>
        <TextArea
          label={t('alerts.silence.matchers')}
          value={matchers}
          onChange={setMatchers}
          rows={2}
          error={read.ok ? null : read.error}
          hint={
            fitting === null
              ? t('alerts.silence.matchers.hint')
              : t('alerts.silence.fitting', { count: fitting })
          }
          testId="silence-matchers"
        />
        <div className={styles['actions']}>
          <Select
            label={t('alerts.silence.span')}
            value={span}
            options={(Object.keys(SPANS) as Span[]).map((value) => ({
              value,
              label: t(`alerts.span.${value}`),
            }))}
            onChange={setSpan}
            testId="silence-span"
          />
          <Select
            label={t('alerts.silence.purpose')}
            value={purpose}
            options={PURPOSES.map((value) => ({ value, label: t(`alerts.purpose.${value}`) }))}
            onChange={setPurpose}
            testId="silence-purpose"
          />
        </div>
        <TextField
          label={t('alerts.silence.why')}
          value={comment}
          onChange={setComment}
          isRequired
          autoFocus
          onSubmit={() => void save()}
          testId="silence-comment"
        />
        <p className={styles['soft']}>{t('alerts.silence.here')}</p>
      </div>
    </Dialog>
  );
}

function rowsOf(keys: readonly string[]): AlertRow[] {
  const { rows } = rowStore('alerts').getState();
  return keys.map((key) => rows.get(key)).filter((row) => row !== undefined);
}
