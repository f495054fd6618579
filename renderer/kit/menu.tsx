import type { ReactNode } from 'react';
import { Menu as AriaMenu, MenuItem, MenuTrigger, Popover } from 'react-aria-components';
import styles from './menu.module.css';
import { Icon, type IconName } from './icons.tsx';
import { Kbd } from './kbd.tsx';
import { visibleText } from './visible-text.ts';

interface MenuEntry {
  readonly id: string;
  readonly label: string;
  readonly icon?: IconName | undefined;
  readonly shortcut?: string | undefined;
  readonly isDisabled?: boolean | undefined;
  readonly run: () => void;
}

/** A menu that opens from its trigger (one of the kit's buttons). */
export function Menu(props: {
  readonly label: string;
  readonly trigger: ReactNode;
  readonly entries: readonly MenuEntry[];
}) {
  return (
    <MenuTrigger>
      {props.trigger}
      <Popover className={styles['popover'] ?? ''} offset={4}>
        <AriaMenu
          className={styles['menu'] ?? ''}
          aria-label={props.label}
          onAction={(key) => props.entries.find((entry) => entry.id === key)?.run()}
          disabledKeys={props.entries.filter((entry) => entry.isDisabled).map((entry) => entry.id)}
        >
          {props.entries.map((entry) => (
            <MenuItem
              key={entry.id}
              id={entry.id}
              textValue={entry.label}
              className={styles['item'] ?? ''}
            >
              <span className={styles['icon']}>
                {entry.icon ? <Icon name={entry.icon} size="s" /> : null}
              </span>
              <span className={styles['label']}>{visibleText(entry.label)}</span>
              {entry.shortcut ? <Kbd keys={entry.shortcut} /> : null}
            </MenuItem>
          ))}
        </AriaMenu>
      </Popover>
    </MenuTrigger>
  );
}
