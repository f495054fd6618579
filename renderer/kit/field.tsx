import { useEffect, useId, useRef, type KeyboardEvent, type ReactNode } from 'react';
import {
  FieldError,
  Input,
  Label,
  Text,
  TextArea as AriaTextArea,
  TextField as AriaTextField,
} from 'react-aria-components';
import { classes } from './classes.ts';
import styles from './field.module.css';

interface FieldProps {
  readonly label: string;
  /** The label is read out but not shown. */
  readonly isLabelHidden?: boolean | undefined;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly hint?: ReactNode;
  /** What is wrong with the value; shown and read out. */
  readonly error?: string | null | undefined;
  readonly placeholder?: string | undefined;
  readonly isDisabled?: boolean | undefined;
  readonly isRequired?: boolean | undefined;
  readonly autoFocus?: boolean | undefined;
  /** With autoFocus: what stands in it is selected, so that the first key replaces it. */
  readonly isPreselected?: boolean | undefined;
  readonly className?: string | undefined;
  readonly testId?: string | undefined;
  readonly onKeyDown?: ((event: KeyboardEvent) => void) | undefined;
  readonly onBlur?: (() => void) | undefined;
}

export function TextField(
  props: FieldProps & {
    readonly type?: 'text' | 'password' | 'search' | 'url';
    readonly isMono?: boolean;
    /** Called with Enter. */
    readonly onSubmit?: (() => void) | undefined;
    /** Whole values that are offered while it is typed in. */
    readonly suggestions?: readonly string[];
  },
) {
  const listId = useId();
  const { suggestions = [] } = props;
  return (
    <Frame {...props} type={props.type ?? 'text'}>
      <Input
        className={classes(styles['input'], props.isMono && styles['mono'])}
        placeholder={props.placeholder ?? ''}
        spellCheck={false}
        autoComplete="off"
        {...(props.testId ? { 'data-testid': props.testId } : {})}
        {...(suggestions.length > 0 ? { list: listId } : {})}
        onKeyDown={(event) => {
          props.onKeyDown?.(event);
          if (event.key === 'Enter' && !event.nativeEvent.isComposing && props.onSubmit) {
            event.preventDefault();
            props.onSubmit();
          }
        }}
      />
      {suggestions.length > 0 ? (
        <datalist id={listId}>
          {suggestions.map((value) => (
            <option key={value} value={value} aria-label={value} />
          ))}
        </datalist>
      ) : null}
    </Frame>
  );
}

/** Several lines; Ctrl+Enter submits. Grows with its text up to `maxRows`. */
export function TextArea(
  props: FieldProps & {
    readonly rows?: number;
    readonly onSubmit?: (() => void) | undefined;
  },
) {
  return (
    <Frame {...props} type="text">
      <AriaTextArea
        className={classes(styles['input'], styles['area'])}
        placeholder={props.placeholder ?? ''}
        rows={props.rows ?? 3}
        {...(props.testId ? { 'data-testid': props.testId } : {})}
        onKeyDown={(event) => {
          props.onKeyDown?.(event);
          const chord = event.ctrlKey || event.metaKey;
          if (event.key === 'Enter' && chord && props.onSubmit) {
            event.preventDefault();
            props.onSubmit();
          }
        }}
      />
    </Frame>
  );
}

function Frame(props: FieldProps & { readonly type: string; readonly children: ReactNode }) {
  const field = useRef<HTMLDivElement>(null);
  const { autoFocus, isPreselected } = props;
  useEffect(() => {
    if (!autoFocus) return;
    const input = field.current?.querySelector<HTMLInputElement>('input, textarea');
    input?.focus();
    if (isPreselected) input?.select();
  }, [autoFocus, isPreselected]);
  const hasError = props.error !== undefined && props.error !== null && props.error !== '';
  return (
    <AriaTextField
      ref={field}
      className={classes(styles['field'], props.className)}
      type={props.type}
      value={props.value}
      onChange={props.onChange}
      isDisabled={props.isDisabled ?? false}
      isRequired={props.isRequired ?? false}
      validationBehavior="aria"
      isInvalid={hasError}
      {...(props.onBlur ? { onBlur: props.onBlur } : {})}
      {...(props.isLabelHidden ? { 'aria-label': props.label } : {})}
    >
      {props.isLabelHidden ? null : <Label className={styles['label'] ?? ''}>{props.label}</Label>}
      {props.children}
      {props.hint && !hasError ? (
        <Text slot="description" className={styles['hint'] ?? ''}>
          {props.hint}
        </Text>
      ) : null}
      <FieldError className={styles['error'] ?? ''}>{props.error ?? ''}</FieldError>
    </AriaTextField>
  );
}
