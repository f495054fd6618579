import { useEffect } from 'react';
import { attachmentThing } from '../../../shared/facts/attachment.ts';
import { useText } from '../../i18n/text.ts';
import { Button } from '../../kit/button.tsx';
import { rowStore } from '../rows.ts';
import { AttachmentStrip } from './attachment-strip.tsx';
import { attachTo, evidenceStore } from './evidence-store.ts';
import styles from './evidence.module.css';

/** What was kept of what was seen at a step of a run: shown, and taken by paste or drop. */
export function StepEvidence(props: {
  readonly run: string;
  readonly step: string;
  readonly title: string;
  /** Whether this is the step that is worked on: what is pasted belongs to it. */
  readonly isCurrent: boolean;
  readonly isBlocked: boolean;
}) {
  const t = useText();
  const { run, step, title, isCurrent, isBlocked } = props;
  useEffect(() => {
    if (!isCurrent || isBlocked) return;
    const target = { of: run, step, label: title };
    evidenceStore.setState({ step: target });
    return () => {
      if (evidenceStore.getState().step === target) evidenceStore.setState({ step: null });
    };
  }, [run, step, title, isCurrent, isBlocked]);
  return (
    <div
      className={styles['step']}
      data-testid="step-evidence"
      {...(isBlocked ? {} : attachTo({ of: run, step, label: title }))}
    >
      <AttachmentStrip of={run} step={step} label={title} />
      {isCurrent && !isBlocked ? (
        <Button size="s" look="quiet" icon="file" shortcut="Ctrl+Shift+A" onPress={chooseFiles}>
          {t('evidence.step')}
        </Button>
      ) : null}
    </div>
  );
}

function chooseFiles(): void {
  document.querySelector<HTMLElement>('[data-testid="attach-input"]')?.click();
}

/** What was kept at a step and is not yet part of one of its records, by digest. */
export function evidenceOfStep(
  run: string,
  step: string,
  recorded: readonly { readonly evidence: readonly string[] }[],
): string[] {
  const row = rowStore('attachments').getState().rows.get(attachmentThing(run));
  const known = new Set(recorded.flatMap(({ evidence }) => evidence));
  return (row?.items ?? [])
    .filter((item) => item.step === step && item.withdrawn === null && !known.has(item.sha256))
    .map(({ sha256 }) => sha256)
    .slice(0, 20);
}
