import type { Reach } from '../../../shared/people/directory.ts';
import { useText } from '../../i18n/text.ts';
import { IconButton } from '../../kit/button.tsx';
import { ForeignText } from '../../kit/foreign-text.tsx';
import { useAge } from '../../kit/time.tsx';
import { copyReach } from './people-commands.ts';
import styles from './people.module.css';

/** How a person is reached, plainly readable and ready to be copied, and how old that knowledge is. */
export function ReachLines(props: { readonly reach: Reach | null }) {
  const t = useText();
  const { reach } = props;
  const age = useAge(reach?.importedAt ?? null);
  if (reach === null || (reach.phone === '' && reach.mail === '' && reach.chat === '')) {
    return <p className={styles['warn']}>{t('people.unreachable')}</p>;
  }
  return (
    <>
      {reach.phone === '' ? null : (
        <p className={styles['line']}>
          <ForeignText text={reach.phone} className={styles['big']} />
          <IconButton
            icon="copy"
            size="s"
            label={`${t('people.copyPhone')}: ${reach.person}`}
            onPress={() => void copyReach(reach.phone)}
            testId="copy-phone"
          />
        </p>
      )}
      {reach.mail === '' ? null : (
        <p className={styles['line']}>
          <ForeignText text={reach.mail} className={styles['number']} />
          <IconButton
            icon="copy"
            size="s"
            label={`${t('people.copyMail')}: ${reach.person}`}
            onPress={() => void copyReach(reach.mail)}
            testId="copy-mail"
          />
        </p>
      )}
      {reach.chat === '' ? null : <ForeignText text={reach.chat} className={styles['number']} />}
      <p className={styles['soft']} data-testid="reach-age">
        <ForeignText text={reach.origin} /> · {t('people.imported', { age })}
      </p>
    </>
  );
}
