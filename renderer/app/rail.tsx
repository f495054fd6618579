import { useText } from '../i18n/text.ts';
import { classes } from '../kit/classes.ts';
import { Icon } from '../kit/icons.tsx';
import { goTo, openDialog, useView, VIEWS } from '../room/navigation.ts';
import styles from './rail.module.css';

/** The views, and below them search and settings. */
export function Rail() {
  const t = useText();
  const view = useView();
  return (
    <nav className={styles['rail']} aria-label={t('app.rail')}>
      {VIEWS.map((name) => (
        <button
          key={name}
          type="button"
          className={classes(styles['item'], view === name && styles['current'])}
          aria-current={view === name ? 'page' : undefined}
          onClick={() => goTo(name)}
          data-testid={`rail-${name}`}
        >
          <Icon name={name} size="l" />
          <span className={styles['label']}>{t(`view.${name}`)}</span>
        </button>
      ))}
      <span className={styles['space']} />
      <button
        type="button"
        className={styles['item']}
        onClick={() => openDialog('palette')}
        data-testid="rail-palette"
        title={`${t('command.palette')} (Ctrl+K)`}
      >
        <Icon name="search" size="l" />
        <span className={styles['label']}>Ctrl+K</span>
      </button>
      <button
        type="button"
        className={styles['item']}
        onClick={() => openDialog('settings')}
        data-testid="rail-settings"
      >
        <Icon name="settings" size="l" />
        <span className={styles['label']}>{t('command.settings')}</span>
      </button>
    </nav>
  );
}
