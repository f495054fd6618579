import type { ReactNode } from 'react';
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from 'react-aria-components';
import { classes } from './classes.ts';
import styles from './dialog.module.css';
import { IconButton } from './button.tsx';
import { useKitText } from './kit-text.ts';
import { visibleText } from './visible-text.ts';

/** A modal dialog with a title, a body and a row of actions. Escape closes it. */
export function Dialog(props: {
  readonly title: string;
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly size?: 's' | 'm' | 'l';
  /** `alertdialog` where something is asked that cannot be undone. */
  readonly role?: 'dialog' | 'alertdialog';
  readonly actions?: ReactNode;
  readonly testId?: string;
  readonly children: ReactNode;
}) {
  const t = useKitText();
  return (
    <ModalOverlay
      className={styles['overlay'] ?? ''}
      isOpen={props.isOpen}
      isDismissable={false}
      onOpenChange={(isOpen) => {
        if (!isOpen) props.onClose();
      }}
    >
      <Modal className={classes(styles['modal'], styles[`size-${props.size ?? 'm'}`])}>
        <AriaDialog
          className={styles['dialog'] ?? ''}
          role={props.role ?? 'dialog'}
          {...(props.testId ? { 'data-testid': props.testId } : {})}
        >
          <header className={styles['header']}>
            <Heading slot="title" className={styles['title'] ?? ''}>
              {visibleText(props.title)}
            </Heading>
            <IconButton icon="close" label={t('kit.close')} onPress={props.onClose} />
          </header>
          <div className={styles['body']}>{props.children}</div>
          {props.actions ? <footer className={styles['actions']}>{props.actions}</footer> : null}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}
