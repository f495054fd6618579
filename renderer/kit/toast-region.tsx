import { useStore } from 'zustand';
import { Button, IconButton } from './button.tsx';
import { classes } from './classes.ts';
import { useKitText } from './kit-text.ts';
import styles from './toast-region.module.css';
import { closeToast, toastStore } from './toast-store.ts';
import { visibleText } from './visible-text.ts';

/** Where toasts appear: bottom right, read out politely, the critical ones at once. */
export function ToastRegion() {
  const t = useKitText();
  const toasts = useStore(toastStore, (state) => state.toasts);
  return (
    <section
      className={styles['region']}
      aria-label={t('kit.toasts')}
      aria-live="polite"
      data-react-aria-top-layer="true"
    >
      {toasts.map((toast) => (
        <div
          key={toast.id}
          className={classes(styles['toast'], styles[toast.tone])}
          role={toast.tone === 'critical' ? 'alert' : 'status'}
          data-testid="toast"
        >
          <div className={styles['text']}>
            <p className={styles['title']}>{visibleText(toast.title)}</p>
            {toast.body ? <p className={styles['body']}>{visibleText(toast.body)}</p> : null}
            {toast.action ? (
              <Button
                size="s"
                onPress={() => {
                  toast.action?.run();
                  closeToast(toast.id);
                }}
              >
                {toast.action.label}
              </Button>
            ) : null}
          </div>
          <IconButton
            icon="close"
            size="s"
            label={t('kit.close')}
            onPress={() => closeToast(toast.id)}
          />
        </div>
      ))}
    </section>
  );
}
