import { useEffect, useId, useImperativeHandle, useMemo, useRef, type Ref } from 'react';
import { useText } from '../../i18n/text.ts';
import { classes } from '../../kit/classes.ts';
import styles from './editor.module.css';

/** What can be asked of the area from outside. */
export interface SourceHandle {
  /** Brings the keyboard to a line (from 1) and selects it. */
  goToLine(line: number): void;
}

/** A text by lines, with their numbers beside them; lines are not wrapped, so that they fit. */
export function SourceArea(props: {
  readonly handle: Ref<SourceHandle>;
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly isDisabled: boolean;
  /** Lines with a problem. */
  readonly marked: ReadonlySet<number>;
}) {
  const t = useText();
  const id = useId();
  const area = useRef<HTMLTextAreaElement>(null);
  const gutter = useRef<HTMLDivElement>(null);
  const { value, marked } = props;
  const count = useMemo(() => value.split('\n').length, [value]);
  useEffect(() => {
    area.current?.focus({ preventScroll: true });
  }, []);
  useImperativeHandle(props.handle, () => ({
    goToLine(line) {
      const field = area.current;
      if (field === null) return;
      const lines = field.value.split('\n');
      const place = Math.min(Math.max(1, line), lines.length) - 1;
      const start = lines.slice(0, place).reduce((sum, text) => sum + text.length + 1, 0);
      field.focus();
      field.setSelectionRange(start, start + (lines[place] ?? '').length);
      const height = field.scrollHeight / Math.max(1, lines.length);
      field.scrollTop = Math.max(0, place * height - field.clientHeight / 3);
    },
  }));
  return (
    <div className={styles['source']}>
      <div className={styles['gutter']} ref={gutter} aria-hidden="true">
        {Array.from({ length: count }, (_, index) => (
          <span
            key={index}
            className={classes(styles['line'], marked.has(index + 1) && styles['lineMarked'])}
          >
            {index + 1}
          </span>
        ))}
      </div>
      <textarea
        ref={area}
        id={id}
        className={styles['text']}
        aria-label={props.label}
        title={t('editor.text.hint')}
        wrap="off"
        spellCheck={false}
        autoComplete="off"
        value={value}
        disabled={props.isDisabled}
        onChange={(event) => props.onChange(event.target.value)}
        onScroll={(event) => {
          if (gutter.current) gutter.current.scrollTop = event.currentTarget.scrollTop;
        }}
        data-testid="editor-text"
      />
    </div>
  );
}
