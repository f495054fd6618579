import { Label, Radio, RadioGroup } from 'react-aria-components';
import styles from './forms.module.css';

/** One of a few values side by side, by arrow keys. */
export function Choice<Value extends string>(props: {
  readonly label: string;
  readonly value: Value | null;
  readonly options: readonly { readonly value: Value; readonly label: string }[];
  readonly onChange: (value: Value) => void;
  readonly hint?: string | undefined;
  readonly error?: string | null | undefined;
  readonly testId: string;
}) {
  return (
    <RadioGroup
      className={styles['choice'] ?? ''}
      orientation="horizontal"
      value={props.value}
      isInvalid={props.error !== undefined && props.error !== null}
      onChange={(value) => {
        const option = props.options.find((known) => known.value === value);
        if (option) props.onChange(option.value);
      }}
      data-testid={props.testId}
    >
      <Label className={styles['label'] ?? ''}>{props.label}</Label>
      <div className={styles['options']}>
        {props.options.map(({ value, label }) => (
          <Radio
            key={value}
            value={value}
            className={styles['option'] ?? ''}
            data-testid={`${props.testId}-${value}`}
          >
            {label}
          </Radio>
        ))}
      </div>
      {props.error ? <span className={styles['error']}>{props.error}</span> : null}
      {props.hint && !props.error ? <span className={styles['hint']}>{props.hint}</span> : null}
    </RadioGroup>
  );
}
