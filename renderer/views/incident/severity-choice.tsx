import type { KeyboardEvent } from 'react';
import { Label, Radio, RadioGroup } from 'react-aria-components';
import type { IncidentSeverity } from '../../../shared/facts/incident.ts';
import { useText } from '../../i18n/text.ts';
import { Kbd } from '../../kit/kbd.tsx';
import { IncidentSeverityMark } from '../../kit/marks.tsx';
import styles from './incident.module.css';

export const SEVERITIES: readonly IncidentSeverity[] = [
  'SEV-1',
  'SEV-2',
  'SEV-3',
  'SEV-4',
  'SEV-5',
];

/** One of five severities, each with a line of guidance. */
export function SeverityChoice(props: {
  readonly value: IncidentSeverity;
  readonly onChange: (severity: IncidentSeverity) => void;
  readonly onSubmit?: () => void;
}) {
  const t = useText();
  return (
    <RadioGroup
      className={styles['severities'] ?? ''}
      value={props.value}
      onChange={(value) => {
        const severity = SEVERITIES.find((known) => known === value);
        if (severity) props.onChange(severity);
      }}
    >
      <Label className={styles['label'] ?? ''}>{t('incident.form.severity')}</Label>
      {SEVERITIES.map((severity, index) => (
        <Radio
          key={severity}
          value={severity}
          className={styles['severity'] ?? ''}
          data-testid={`severity-${severity}`}
        >
          <span className={styles['ring']} />
          <span className={styles['severityMark']}>
            <IncidentSeverityMark severity={severity} />
          </span>
          <span className={styles['guidance']}>{t(`incident.severity.${severity}`)}</span>
          <Kbd keys={String(index + 1)} />
        </Radio>
      ))}
      <span className={styles['hint']}>{t('incident.form.severity.keys')}</span>
    </RadioGroup>
  );
}

/**
 * The severity that a key press means: 1…5 with Alt anywhere, alone where nobody types. Null for
 * any other press.
 */
export function severityOfKey(event: KeyboardEvent): IncidentSeverity | null {
  const digit = /^Digit([1-5])$/.exec(event.code)?.[1] ?? /^[1-5]$/.exec(event.key)?.[0];
  if (digit === undefined || event.ctrlKey || event.metaKey || event.shiftKey) return null;
  const target = event.target as HTMLElement;
  const isTyping = target.matches('input:not([type=radio]), textarea');
  if (!event.altKey && isTyping) return null;
  return SEVERITIES[Number(digit) - 1] ?? null;
}
