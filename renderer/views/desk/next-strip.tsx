import { useState } from 'react';
import { useText } from '../../i18n/text.ts';
import { Button } from '../../kit/button.tsx';
import { classes } from '../../kit/classes.ts';
import { ForeignText } from '../../kit/foreign-text.tsx';
import { useNow } from '../../room/now.ts';
import styles from './desk.module.css';
import { doStep, stepText } from './do-step.ts';
import { Due } from './due.tsx';
import { nextSteps } from './next-steps.ts';
import type { Desk } from './use-desk.ts';

const SHOWN = 3;

/** What to do next, the most overdue first. `J` does the first one from anywhere. */
export function NextStrip(props: { readonly desk: Desk; readonly isBlocked: boolean }) {
  const t = useText();
  const now = useNow();
  const { desk, isBlocked } = props;
  const [isWhole, setWhole] = useState(false);
  const steps = nextSteps(desk.rows, desk.person, now);
  const shown = isWhole ? steps : steps.slice(0, SHOWN);
  return (
    <section className={styles['next']} aria-label={t('desk.next')} data-testid="desk-next">
      <h2 className={styles['nextTitle']}>{t('desk.next')}</h2>
      {steps.length === 0 ? <p className={styles['faint']}>{t('desk.next.none')}</p> : null}
      <ol className={styles['steps']}>
        {shown.map((step, place) => (
          <li
            key={`${step.code} ${step.thing} ${step.who}`}
            className={classes(styles['step'], step.dueAt <= now && styles['stepLate'])}
            data-testid="desk-step"
            data-code={step.code}
          >
            <span className={styles['lead']}>
              <Due dueAt={step.dueAt} now={now} />
            </span>
            <ForeignText className={styles['stepWords']} text={stepText(step, t)} />
            <Button
              size="s"
              look={place === 0 ? 'primary' : 'normal'}
              isDisabled={isBlocked}
              onPress={() => doStep(step)}
              {...(place === 0 ? { shortcut: 'J' } : {})}
              testId="desk-step-do"
            >
              {t(`desk.step.do.${step.code}`)}
            </Button>
          </li>
        ))}
      </ol>
      {steps.length > SHOWN ? (
        <Button size="s" look="quiet" onPress={() => setWhole(!isWhole)} testId="desk-next-more">
          {isWhole ? t('desk.next.fewer') : t('desk.next.more', { count: steps.length - SHOWN })}
        </Button>
      ) : null}
    </section>
  );
}
