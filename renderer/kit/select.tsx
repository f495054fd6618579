import {
  Button as AriaButton,
  Label,
  ListBox,
  ListBoxItem,
  Popover,
  Select as AriaSelect,
  SelectValue,
} from 'react-aria-components';
import { classes } from './classes.ts';
import styles from './select.module.css';
import { Icon } from './icons.tsx';
import { visibleText } from './visible-text.ts';

export interface SelectOption<Value extends string> {
  readonly value: Value;
  readonly label: string;
  readonly hint?: string | undefined;
}

/** One of a few values. */
export function Select<Value extends string>(props: {
  readonly label: string;
  readonly isLabelHidden?: boolean;
  readonly value: Value;
  readonly options: readonly SelectOption<Value>[];
  readonly onChange: (value: Value) => void;
  readonly isDisabled?: boolean;
  readonly size?: 's' | 'm';
  readonly className?: string;
  readonly testId?: string;
}) {
  return (
    <AriaSelect
      className={classes(styles['select'], props.className)}
      value={props.value}
      onChange={(key) => {
        const option = props.options.find((known) => known.value === key);
        if (option) props.onChange(option.value);
      }}
      isDisabled={props.isDisabled ?? false}
      {...(props.isLabelHidden ? { 'aria-label': props.label } : {})}
    >
      {props.isLabelHidden ? null : <Label className={styles['label'] ?? ''}>{props.label}</Label>}
      <AriaButton
        className={classes(styles['button'], props.size === 's' && styles['small'])}
        {...(props.testId ? { 'data-testid': props.testId } : {})}
      >
        <SelectValue className={styles['value'] ?? ''} />
        <Icon name="chevron-down" size="s" />
      </AriaButton>
      <Popover className={styles['popover'] ?? ''} offset={4}>
        <ListBox className={styles['list'] ?? ''}>
          {props.options.map((option) => (
            <ListBoxItem
              key={option.value}
              id={option.value}
              textValue={option.label}
              className={styles['item'] ?? ''}
            >
              {({ isSelected }) => (
                <>
                  <span className={styles['tick']}>
                    {isSelected ? <Icon name="check" size="s" /> : null}
                  </span>
                  <span className={styles['text']}>
                    {visibleText(option.label)}
                    {option.hint ? (
                      <span className={styles['hint']}>{visibleText(option.hint)}</span>
                    ) : null}
                  </span>
                </>
              )}
            </ListBoxItem>
          ))}
        </ListBox>
      </Popover>
    </AriaSelect>
  );
}
