import { useText } from '../../i18n/text.ts';
import { ConditionMark } from '../../kit/marks.tsx';
import styles from './people.module.css';
import type { Answer } from './roll-call.ts';

const SHAPES = { present: 'healthy', absent: 'critical', unknown: 'unknown' } as const;

/** Whether a person is there: shape and word; no answer is never shown as an absence. */
export function AnswerMark(props: { readonly answer: Answer }) {
  const t = useText();
  return (
    <span className={styles['answer']} data-answer={props.answer}>
      <span aria-hidden="true">
        <ConditionMark condition={SHAPES[props.answer]} isWordHidden />
      </span>
      {t(`people.state.${props.answer}`)}
    </span>
  );
}
