import type { ReactNode } from 'react';
import { classes } from './classes.ts';
import styles from './marks.module.css';
import { useKitText } from './kit-text.ts';

export type Severity = 'critical' | 'warning' | 'info';
export type Condition = Severity | 'healthy' | 'unknown';
type IncidentSeverityName = 'SEV-1' | 'SEV-2' | 'SEV-3' | 'SEV-4' | 'SEV-5';

/** Filled octagon, triangle, disc, ring, dashed ring with "?": the shape alone tells them apart. */
const SHAPES: Record<Condition, ReactNode> = {
  critical: <path className={styles['fill']} d="M3.6.5h4.8l3.1 3.1v4.8l-3.1 3.1H3.6L.5 8.4V3.6z" />,
  warning: <path className={styles['fill']} d="M6 .8 11.8 11.2H.2z" />,
  info: <circle className={styles['fill']} cx="6" cy="6" r="4.6" />,
  healthy: <circle className={styles['stroke']} cx="6" cy="6" r="4.4" />,
  unknown: (
    <>
      <circle className={styles['dashes']} cx="6" cy="6" r="5.2" />
      <path
        className={styles['stroke']}
        d="M4.6 4.7a1.4 1.4 0 1 1 2 1.3c-.4.2-.6.5-.6.9M6 8.5v.3"
      />
    </>
  ),
};

interface MarkLook {
  /** The word is read out but not shown: for dense lists with the word in the header. */
  readonly isWordHidden?: boolean;
}

/** Severity of an alert: colour, shape and word. */
export function SeverityMark(props: MarkLook & { readonly severity: Severity }) {
  const t = useKitText();
  return (
    <Mark
      condition={props.severity}
      word={t(`kit.severity.${props.severity}`)}
      isWordHidden={props.isWordHidden}
    />
  );
}

/** Condition of a service: colour, shape and word. Unknown is never drawn as healthy. */
export function ConditionMark(props: MarkLook & { readonly condition: Condition }) {
  const t = useKitText();
  return (
    <Mark
      condition={props.condition}
      word={t(`kit.condition.${props.condition}`)}
      isWordHidden={props.isWordHidden}
    />
  );
}

function Mark(props: {
  readonly condition: Condition;
  readonly word: string;
  readonly isWordHidden?: boolean | undefined;
}) {
  return (
    <span
      className={classes(styles['mark'], styles[props.condition])}
      {...(props.isWordHidden ? { role: 'img', 'aria-label': props.word, title: props.word } : {})}
    >
      <svg className={styles['shape']} viewBox="0 0 12 12" aria-hidden="true" focusable="false">
        {SHAPES[props.condition]}
      </svg>
      {props.isWordHidden ? null : <span className={styles['word']}>{props.word}</span>}
    </span>
  );
}

/** Severity of an incident: SEV-1 is the worst; the number is always written. */
export function IncidentSeverityMark(props: {
  readonly severity: IncidentSeverityName;
  readonly size?: 'm' | 'l';
}) {
  const t = useKitText();
  return (
    <span
      className={classes(
        styles['incident'],
        styles[props.severity.toLowerCase()],
        props.size === 'l' && styles['large'],
      )}
    >
      {t(`kit.incident.${props.severity}`)}
    </span>
  );
}

/** Whether a source is heard; silent and never heard are not healthy. */
export function FreshnessMark(props: {
  readonly freshness: 'fresh' | 'silent' | 'never';
  readonly children?: ReactNode;
}) {
  const t = useKitText();
  const condition: Condition =
    props.freshness === 'fresh' ? 'healthy' : props.freshness === 'silent' ? 'warning' : 'unknown';
  return (
    <span className={classes(styles['mark'], styles[condition])}>
      <svg className={styles['shape']} viewBox="0 0 12 12" aria-hidden="true" focusable="false">
        {SHAPES[condition]}
      </svg>
      <span className={styles['word']}>
        {t(`kit.freshness.${props.freshness}`)}
        {props.children ? <> {props.children}</> : null}
      </span>
    </span>
  );
}

/** Whether what a person wrote has reached the gateway. Sent is quiet, the others are not. */
export function SentMark(props: {
  readonly sent: 'none' | 'pending' | 'sent' | 'refused';
  readonly isWordHidden?: boolean;
}) {
  const t = useKitText();
  if (props.sent === 'none') return null;
  const word = t(`kit.sent.${props.sent}`);
  return (
    <span
      className={classes(styles['sent'], styles[`sent-${props.sent}`])}
      title={word}
      data-sent={props.sent}
      {...(props.isWordHidden || props.sent === 'sent' ? { role: 'img', 'aria-label': word } : {})}
    >
      <svg className={styles['shape']} viewBox="0 0 12 12" aria-hidden="true" focusable="false">
        {props.sent === 'sent' ? (
          <path className={styles['stroke']} d="m2 6.5 2.7 2.7L10 3.4" />
        ) : props.sent === 'pending' ? (
          <>
            <circle className={styles['dashes']} cx="6" cy="6" r="5" />
            <path className={styles['stroke']} d="M6 3.4V6l1.8 1.2" />
          </>
        ) : (
          <path className={styles['stroke']} d="m3 3 6 6M9 3 3 9" />
        )}
      </svg>
      {props.isWordHidden || props.sent === 'sent' ? null : word}
    </span>
  );
}
