import { useId, useState } from 'react';
import { useText } from '../../i18n/text.ts';
import { Icon } from '../../kit/icons.tsx';
import { ForeignText } from '../../kit/foreign-text.tsx';
import { TextField } from '../../kit/field.tsx';
import styles from './incident.module.css';
import { suggest } from './suggest.ts';

/** Several names: removable chips, and a field that adds more. */
export function NamePicker(props: {
  readonly label: string;
  /** What the field asks for: `Add a service`. */
  readonly addLabel: string;
  /** Said while there is none. */
  readonly noneLabel: string;
  /** Said of a typed name that nobody knows; absent: any name will do. */
  readonly unknownLabel?: string;
  readonly value: readonly string[];
  readonly onChange: (names: readonly string[]) => void;
  /** The names that are known. */
  readonly known: readonly string[];
  /** Enter in the empty field. */
  readonly onSubmit: () => void;
  readonly testId?: string;
}) {
  const t = useText();
  const labelId = useId();
  const [text, setText] = useState('');
  const name = text.trim();
  const suggestions = suggest(props.known, name, props.value);
  const isUnknown =
    props.unknownLabel !== undefined &&
    name !== '' &&
    suggestions.length === 0 &&
    !props.known.includes(name);
  const add = (added: string): void => {
    if (added !== '' && !props.value.includes(added)) props.onChange([...props.value, added]);
    setText('');
  };
  return (
    <div className={styles['picker']} role="group" aria-labelledby={labelId}>
      <span className={styles['label']} id={labelId}>
        {props.label}
      </span>
      <ul className={styles['chips']}>
        {props.value.map((chosen) => (
          <li key={chosen}>
            <button
              type="button"
              className={styles['chip']}
              title={t('incident.form.remove', { name: chosen })}
              aria-label={t('incident.form.remove', { name: chosen })}
              onClick={() => props.onChange(props.value.filter((known) => known !== chosen))}
            >
              <ForeignText text={chosen} />
              <Icon name="close" size="s" />
            </button>
          </li>
        ))}
        {props.value.length === 0 ? <li className={styles['hint']}>{props.noneLabel}</li> : null}
      </ul>
      <TextField
        label={props.addLabel}
        isLabelHidden
        placeholder={props.addLabel}
        value={text}
        onChange={(next) => setText(next.slice(0, NAME_LIMIT))}
        onSubmit={() => (name === '' ? props.onSubmit() : add(suggestions[0] ?? name))}
        hint={isUnknown ? props.unknownLabel : undefined}
        {...(props.testId ? { testId: props.testId } : {})}
      />
      {suggestions.length > 0 ? (
        <div className={styles['chips']}>
          {suggestions.map((suggestion) => (
            <button
              key={suggestion}
              type="button"
              className={styles['suggestion']}
              onClick={() => add(suggestion)}
            >
              <Icon name="plus" size="s" />
              <ForeignText text={suggestion} />
            </button>
          ))}
        </div>
      ) : null}
    </div>
  );
}

const NAME_LIMIT = 200;
