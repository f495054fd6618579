import { shortcutsOf, useCommandList } from '../commands/registry.ts';
import { useText } from '../i18n/text.ts';
import { Dialog } from '../kit/dialog.tsx';
import { Kbd } from '../kit/kbd.tsx';
import { closeDialog } from '../room/navigation.ts';
import styles from './dialogs.module.css';

const GRID_KEYS = [
  ['shortcuts.grid.move', '↑ ↓'],
  ['shortcuts.grid.page', 'PgUp PgDn'],
  ['shortcuts.grid.ends', 'Home End'],
  ['shortcuts.grid.open', 'Enter'],
  ['shortcuts.grid.mark', 'Space'],
  ['shortcuts.grid.markMore', 'Shift+↓'],
] as const;

/** Every shortcut that works now, by group. */
export function ShortcutsDialog() {
  const t = useText();
  const commands = useCommandList().filter((command) => shortcutsOf(command).length > 0);
  const groups = [...new Set(commands.map((command) => command.group))];
  return (
    <Dialog title={t('shortcuts.title')} size="l" isOpen onClose={closeDialog} testId="shortcuts">
      <p className={styles['faint']}>{t('shortcuts.hint')}</p>
      <div className={styles['columns']}>
        {groups.map((group) => (
          <section
            key={group}
            className={styles['group']}
            aria-label={t(`commands.group.${group}`)}
          >
            <h3 className={styles['heading']}>{t(`commands.group.${group}`)}</h3>
            <ul>
              {commands
                .filter((command) => command.group === group)
                .map((command) => (
                  <li key={command.id} className={styles['keys']}>
                    <span>{t(command.titleKey, command.titleParams?.() ?? {})}</span>
                    <span className={styles['chords']}>
                      {shortcutsOf(command).map((keys) => (
                        <Kbd key={keys} keys={keys} />
                      ))}
                    </span>
                  </li>
                ))}
            </ul>
          </section>
        ))}
        <section className={styles['group']} aria-label={t('shortcuts.grid')}>
          <h3 className={styles['heading']}>{t('shortcuts.grid')}</h3>
          <ul>
            {GRID_KEYS.map(([key, chord]) => (
              <li key={key} className={styles['keys']}>
                <span>{t(key)}</span>
                <span className={styles['chords']}>
                  <Kbd keys={chord} />
                </span>
              </li>
            ))}
          </ul>
        </section>
      </div>
    </Dialog>
  );
}
