import { useState } from 'react';
import { Radio, RadioGroup } from 'react-aria-components';
import { useText } from '../i18n/text.ts';
import { Button } from '../kit/button.tsx';
import { Dialog } from '../kit/dialog.tsx';
import { Select } from '../kit/select.tsx';
import { closeDialog } from '../room/navigation.ts';
import { useRowList } from '../room/rows.ts';
import styles from './dialogs.module.css';
import { exportRoom } from '../room/room-actions.ts';

const FORMATS = ['bundle', 'markdown', 'csv'] as const;
type Format = (typeof FORMATS)[number];
const WHOLE_ROOM = 'room';

/** The room or one incident, in a format that outlives the tool. */
export function ExportDialog() {
  const t = useText();
  const incidents = useRowList('incidents');
  const [format, setFormat] = useState<Format>('bundle');
  const [chosen, setChosen] = useState<string | null>(null);
  const active = incidents.find((incident) => incident.status === 'active');
  const what = chosen ?? active?.key ?? WHOLE_ROOM;
  const [isBusy, setBusy] = useState(false);
  const run = async (): Promise<void> => {
    setBusy(true);
    const done = await exportRoom(format, what === WHOLE_ROOM ? null : what);
    setBusy(false);
    if (done) closeDialog();
  };
  return (
    <Dialog
      title={t('export.title')}
      isOpen
      onClose={closeDialog}
      testId="export"
      actions={
        <>
          <Button onPress={closeDialog}>{t('kit.cancel')}</Button>
          <Button
            look="primary"
            autoFocus
            isDisabled={isBusy}
            onPress={() => void run()}
            testId="export-run"
          >
            {t('export.run')}
          </Button>
        </>
      }
    >
      <p>{t('export.intro')}</p>
      <Select
        label={t('export.what')}
        value={what}
        options={[
          { value: WHOLE_ROOM, label: t('export.room') },
          ...incidents.map((incident) => ({
            value: incident.key,
            label: `${incident.severity} ${incident.title}`,
          })),
        ]}
        onChange={setChosen}
      />
      <RadioGroup
        className={styles['formats'] ?? ''}
        aria-label={t('export.format')}
        value={format}
        onChange={(value) => setFormat(FORMATS.find((known) => known === value) ?? 'bundle')}
      >
        {FORMATS.map((name) => (
          <Radio key={name} value={name} className={styles['radio'] ?? ''}>
            <span className={styles['ring']} />
            <span>
              {t(`export.${name}`)}
              <br />
              <span className={styles['faint']}>{t(`export.${name}.hint`)}</span>
            </span>
          </Radio>
        ))}
      </RadioGroup>
    </Dialog>
  );
}
