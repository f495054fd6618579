import type { KeyboardEvent, ReactNode } from 'react';
import { VisuallyHidden } from 'react-aria-components';
import { useText } from '../../i18n/text.ts';
import { Button } from '../../kit/button.tsx';
import { classes } from '../../kit/classes.ts';
import { Menu } from '../../kit/menu.tsx';
import styles from './desk.module.css';

export interface RowAction {
  readonly id: string;
  readonly label: string;
  /** One letter that does it while the row has the focus. */
  readonly letter: string;
  readonly run: () => void;
  /** It changes nothing, so it may be done in the past and in a file too. */
  readonly isReading?: boolean;
}

export type RowTone = 'late' | 'soon' | 'plain' | 'over';

/**
 * A line of the desk. It is one stop for the keyboard: arrows go through the lines, Enter does the
 * first action, letters do the others, which also stand in a menu.
 */
export function DeskRow(props: {
  readonly testId: string;
  readonly thing: string;
  readonly tone: RowTone;
  /** What the eye looks for first: a countdown, an age, a state. */
  readonly lead: ReactNode;
  readonly main: ReactNode;
  /** What `lead` says, read out after the line. */
  readonly state: string;
  readonly under?: ReactNode;
  readonly actions: readonly RowAction[];
  /** The first action also stands as a button in the line. */
  readonly isFirstShown?: boolean;
  readonly isBlocked: boolean;
}) {
  const t = useText();
  const { isBlocked } = props;
  const actions = props.actions.filter((action) => !isBlocked || action.isReading);
  const first = actions[0];
  const onKeyDown = (event: KeyboardEvent<HTMLButtonElement>): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    if (event.nativeEvent.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      focusNeighbour(event.currentTarget, step);
      return;
    }
    const action = actions.find(({ letter }) => letter === event.key.toUpperCase());
    if (!action) return;
    event.preventDefault();
    action.run();
  };
  return (
    <li
      className={classes(styles['row'], styles[`row-${props.tone}`])}
      data-testid={props.testId}
      data-thing={props.thing}
      data-tone={props.tone}
    >
      <span className={styles['lead']}>{props.lead}</span>
      <div className={styles['body']}>
        <button
          type="button"
          className={styles['main']}
          data-desk-row=""
          aria-keyshortcuts={actions.map(({ letter }) => letter).join(' ')}
          onClick={() => first?.run()}
          onKeyDown={onKeyDown}
        >
          {props.main}
          <VisuallyHidden>{props.state}</VisuallyHidden>
        </button>
        {props.under}
      </div>
      <span className={styles['tools']}>
        {props.isFirstShown && first ? (
          <Button size="s" shortcut={first.letter} onPress={first.run} testId={`do-${first.id}`}>
            {first.label}
          </Button>
        ) : null}
        {actions.length > 0 ? (
          <Menu
            label={t('desk.row.actions')}
            trigger={
              <Button size="s" look="quiet" icon="more" label={t('desk.row.actions')}>
                {''}
              </Button>
            }
            entries={actions.map(({ id, label, letter, run }) => ({
              id,
              label,
              shortcut: letter,
              run,
            }))}
          />
        ) : null}
      </span>
    </li>
  );
}

/** Goes to the next or the last line of the list, and from its end to the list beside it. */
function focusNeighbour(row: HTMLElement, step: number): void {
  const rows = [...document.querySelectorAll<HTMLElement>('[data-desk-row]')];
  rows[rows.indexOf(row) + step]?.focus();
}
