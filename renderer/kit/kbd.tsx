import styles from './kbd.module.css';

const SIGNS: Readonly<Record<string, string>> = {
  ArrowUp: '↑',
  ArrowDown: '↓',
  ArrowLeft: '←',
  ArrowRight: '→',
  Escape: 'Esc',
  PageUp: 'PgUp',
  PageDown: 'PgDn',
  Delete: 'Del',
};

/** A key or chord as it is written on a keyboard: `Ctrl+K`, `?`. */
export function Kbd(props: { keys: string }) {
  return (
    <kbd className={styles['chord']}>
      {splitChord(props.keys).map((key) => (
        <span className={styles['key']} key={key}>
          {SIGNS[key] ?? key}
        </span>
      ))}
    </kbd>
  );
}

/** The keys of a chord; a plus sign itself is a key too. */
function splitChord(keys: string): string[] {
  return keys === '+' ? ['+'] : keys.split('+').map((key) => (key === '' ? '+' : key));
}
