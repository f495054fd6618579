import { useId, useState } from 'react';
import { useText } from '../../i18n/text.ts';
import { Icon } from '../../kit/icons.tsx';
import { TextField } from '../../kit/field.tsx';
import { useRowMap } from '../../room/rows.ts';
import { nodeThing } from '../../../shared/facts/topology.ts';
import styles from './incident.module.css';
import { suggest } from './suggest.ts';

/** The services that an incident touches: removable chips, and a field that adds more. */
export function ServicePicker(props: {
  readonly value: readonly string[];
  readonly onChange: (services: readonly string[]) => void;
  /** Enter in the empty field. */
  readonly onSubmit: () => void;
}) {
  const t = useText();
  const listId = useId();
  const nodes = useRowMap('nodes');
  const [text, setText] = useState('');
  const name = text.trim();
  const suggestions = suggest([...nodes.values()], name, props.value);
  const add = (service: string): void => {
    if (service !== '' && !props.value.includes(service)) props.onChange([...props.value, service]);
    setText('');
  };
  return (
    <div className={styles['picker']} role="group" aria-labelledby={listId}>
      <span className={styles['label']} id={listId}>
        {t('incident.form.services')}
      </span>
      <ul className={styles['chips']}>
        {props.value.map((service) => (
          <li key={service}>
            <button
              type="button"
              className={styles['chip']}
              title={t('incident.form.services.remove', { name: service })}
              aria-label={t('incident.form.services.remove', { name: service })}
              onClick={() => props.onChange(props.value.filter((known) => known !== service))}
            >
              <bdi>{service}</bdi>
              <Icon name="close" size="s" />
            </button>
          </li>
        ))}
        {props.value.length === 0 ? (
          <li className={styles['hint']}>{t('incident.form.services.none')}</li>
        ) : null}
      </ul>
      <TextField
        label={t('incident.form.services.add')}
        isLabelHidden
        placeholder={t('incident.form.services.add')}
        value={text}
        onChange={setText}
        onSubmit={() => (name === '' ? props.onSubmit() : add(suggestions[0]?.name ?? name))}
        hint={
          name !== '' && suggestions.length === 0 && !nodes.has(nodeThing(name))
            ? t('incident.form.services.unknown')
            : undefined
        }
        testId="declare-service"
      />
      {suggestions.length > 0 ? (
        <div className={styles['chips']}>
          {suggestions.map((node) => (
            <button
              key={node.key}
              type="button"
              className={styles['suggestion']}
              onClick={() => add(node.name)}
            >
              <Icon name="plus" size="s" />
              {node.name}
            </button>
          ))}
        </div>
      ) : null}
    </div>
  );
}
