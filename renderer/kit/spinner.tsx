import { useEffect, useState } from 'react';
import { useKitText } from './kit-text.ts';
import styles from './spinner.module.css';

const PATIENCE_MS = 300;

/** Shows that something is under way, and only when it takes longer than 300 ms. */
export function Spinner(props: { readonly label?: string }) {
  const t = useKitText();
  const [isShown, setShown] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setShown(true), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, []);
  if (!isShown) return null;
  return (
    <span className={styles['spinner']} role="status">
      <svg className={styles['turn']} viewBox="0 0 16 16" aria-hidden="true" focusable="false">
        <path d="M8 2a6 6 0 1 1-6 6" />
      </svg>
      {props.label ?? t('kit.busy')}
    </span>
  );
}
