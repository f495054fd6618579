import { useId } from 'react';
import { VisuallyHidden } from 'react-aria-components';
import { AUDIENCES, type Audience } from '../../../shared/facts/incident.ts';
import type { IncidentRow, UpdateRow } from '../../../shared/ipc/rows.ts';
import { lastTold, readCadence } from '../../../shared/updates/cadence.ts';
import { useText } from '../../i18n/text.ts';
import { Button } from '../../kit/button.tsx';
import { formatSpan } from '../../kit/format.ts';
import { Panel } from '../../kit/panel.tsx';
import { Select } from '../../kit/select.tsx';
import { Age } from '../../kit/time.tsx';
import { useNow } from '../../room/now.ts';
import { runCommand } from '../../room/run-command.ts';
import { useWriteBlock } from '../../room/write-block.ts';
import { dueText } from './due-text.ts';
import styles from './updates.module.css';
import { writeFor } from './updates-store.ts';

const MINUTE_MS = 60_000;
/** Executives are told about every 30 minutes; the rest is a person's choice. */
const CHOICES = [10, 15, 30, 60, 120, 240].map((minutes) => minutes * MINUTE_MS);

/** What was promised to whom, when they heard last, and when they are to hear again. */
export function CadencePart(props: {
  readonly incident: IncidentRow;
  readonly updates: readonly UpdateRow[];
}) {
  const t = useText();
  const { incident, updates } = props;
  const rowId = useId();
  const now = useNow();
  const block = useWriteBlock();
  const readings = readCadence(incident, updates, now);
  const last = lastTold(incident.key, updates);
  const isOver = incident.status !== 'active' || block !== null;
  return (
    <Panel
      title={t('updates.cadence.title')}
      className={styles['part'] ?? ''}
      testId="cadence-part"
    >
      <table className={styles['table']}>
        <thead>
          <tr>
            <th scope="col">{t('updates.audience')}</th>
            <th scope="col">{t('updates.cadence.every')}</th>
            <th scope="col">{t('updates.cadence.last')}</th>
            <th scope="col">{t('updates.cadence.due')}</th>
            <th scope="col">
              <VisuallyHidden>{t('updates.cadence.write')}</VisuallyHidden>
            </th>
          </tr>
        </thead>
        <tbody>
          {AUDIENCES.map((audience, place) => {
            const reading = readings.find((one) => one.audience === audience);
            const lastAt = last.get(audience);
            return (
              <tr key={audience} data-testid={`cadence-${audience}`} data-state={reading?.state}>
                <th scope="row" id={`${rowId}-${audience}`}>
                  {t(`updates.audience.${audience}`)}
                </th>
                <td>
                  <EverySelect incident={incident} audience={audience} isDisabled={isOver} />
                </td>
                <td>
                  {lastAt === undefined ? (
                    <span className={styles['soft']}>{t('updates.cadence.notYet')}</span>
                  ) : (
                    <Age moment={lastAt} />
                  )}
                </td>
                <td
                  className={
                    reading?.state === 'overdue'
                      ? styles['bad']
                      : reading?.state === 'soon'
                        ? styles['warn']
                        : undefined
                  }
                >
                  {reading === undefined ? '–' : dueText(reading, now, t)}
                </td>
                <td className={styles['end']}>
                  <Button
                    size="s"
                    shortcut={String(place + 1)}
                    describedBy={`${rowId}-${audience}`}
                    onPress={() => writeFor(audience)}
                    testId={`write-${audience}`}
                  >
                    {t('updates.cadence.write')}
                  </Button>
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </Panel>
  );
}

function EverySelect(props: {
  readonly incident: IncidentRow;
  readonly audience: Audience;
  readonly isDisabled: boolean;
}) {
  const t = useText();
  const { incident, audience } = props;
  const current = incident.cadence[audience]?.everyMs ?? null;
  const choices = [...new Set([...CHOICES, ...(current === null ? [] : [current])])].sort(
    (left, right) => left - right,
  );
  return (
    <Select
      label={t('updates.cadence.everyFor', { audience: t(`updates.audience.${audience}`) })}
      isLabelHidden
      size="s"
      value={String(current)}
      options={[
        { value: 'null', label: t('updates.cadence.never') },
        ...choices.map((ms) => ({ value: String(ms), label: formatSpan(ms, t) })),
      ]}
      onChange={(value) =>
        void runCommand({
          name: 'incident.set-cadence',
          incident: incident.key,
          audience,
          everyMs: value === 'null' ? null : Number(value),
        })
      }
      isDisabled={props.isDisabled}
      testId={`every-${audience}`}
    />
  );
}
