import type { ReactNode } from 'react';
import {
  Button as AriaButton,
  ToggleButton as AriaToggleButton,
  Tooltip,
  TooltipTrigger,
} from 'react-aria-components';
import styles from './button.module.css';
import { classes } from './classes.ts';
import { Icon, type IconName } from './icons.tsx';
import { Kbd } from './kbd.tsx';

interface ButtonLook {
  /** `primary` once a surface; `quiet` has no border until it is hovered. */
  readonly look?: 'primary' | 'normal' | 'quiet' | 'danger' | 'review';
  readonly size?: 's' | 'm' | 'l';
}

interface ButtonState {
  readonly isDisabled?: boolean | undefined;
  readonly autoFocus?: boolean | undefined;
  readonly className?: string | undefined;
  readonly testId?: string | undefined;
  readonly describedBy?: string | undefined;
}

export function Button(
  props: ButtonLook &
    ButtonState & {
      readonly onPress?: () => void;
      readonly icon?: IconName | undefined;
      readonly type?: 'button' | 'submit';
      readonly shortcut?: string | undefined;
      readonly label?: string | undefined;
      readonly children: ReactNode;
    },
) {
  return (
    <AriaButton
      className={classes(
        styles['button'],
        styles[props.look ?? 'normal'],
        styles[`size-${props.size ?? 'm'}`],
        props.className,
      )}
      type={props.type ?? 'button'}
      isDisabled={props.isDisabled ?? false}
      {...(props.onPress ? { onPress: props.onPress } : {})}
      {...(props.autoFocus ? { autoFocus: true } : {})}
      {...(props.label ? { 'aria-label': props.label } : {})}
      {...(props.describedBy ? { 'aria-describedby': props.describedBy } : {})}
      {...(props.testId ? { 'data-testid': props.testId } : {})}
    >
      {props.icon ? <Icon name={props.icon} size="s" /> : null}
      <span className={styles['label']}>{props.children}</span>
      {props.shortcut ? <Kbd keys={props.shortcut} /> : null}
    </AriaButton>
  );
}

/** A button that shows only an icon; its label is read out and shown as a tooltip. */
export function IconButton(
  props: ButtonLook &
    ButtonState & {
      readonly icon: IconName;
      readonly label: string;
      readonly onPress?: () => void;
      readonly shortcut?: string | undefined;
    },
) {
  return (
    <TooltipTrigger delay={600} closeDelay={100}>
      <AriaButton
        className={classes(
          styles['button'],
          styles['square'],
          styles[props.look ?? 'quiet'],
          styles[`size-${props.size ?? 'm'}`],
          props.className,
        )}
        aria-label={props.label}
        isDisabled={props.isDisabled ?? false}
        {...(props.onPress ? { onPress: props.onPress } : {})}
        {...(props.testId ? { 'data-testid': props.testId } : {})}
      >
        <Icon name={props.icon} size={props.size === 's' ? 's' : 'm'} />
      </AriaButton>
      <Tooltip className={styles['tooltip'] ?? ''} offset={6}>
        {props.label}
        {props.shortcut ? <Kbd keys={props.shortcut} /> : null}
      </Tooltip>
    </TooltipTrigger>
  );
}

export function ToggleButton(
  props: Omit<ButtonState, 'autoFocus'> & {
    readonly isSelected: boolean;
    readonly onChange: (isSelected: boolean) => void;
    readonly icon?: IconName | undefined;
    readonly label?: string | undefined;
    readonly size?: 's' | 'm' | 'l';
    readonly look?: 'normal' | 'review';
    readonly children?: ReactNode;
  },
) {
  return (
    <AriaToggleButton
      className={classes(
        styles['button'],
        styles['toggle'],
        props.look === 'review' && styles['toggle-review'],
        styles[`size-${props.size ?? 'm'}`],
        props.children === undefined && styles['square'],
        props.className,
      )}
      isSelected={props.isSelected}
      onChange={props.onChange}
      isDisabled={props.isDisabled ?? false}
      {...(props.label ? { 'aria-label': props.label } : {})}
      {...(props.testId ? { 'data-testid': props.testId } : {})}
    >
      {props.icon ? <Icon name={props.icon} size="s" /> : null}
      {props.children === undefined ? null : (
        <span className={styles['label']}>{props.children}</span>
      )}
    </AriaToggleButton>
  );
}
