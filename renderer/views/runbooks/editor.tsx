import { useEffect, useMemo, useRef, useState } from 'react';
import type { Answer } from '../../../shared/ipc/contract.ts';
import type { RunbookProblem } from '../../../shared/runbooks/format.ts';
import { useCommands } from '../../commands/registry.ts';
import { useText } from '../../i18n/text.ts';
import { Banner } from '../../kit/banner.tsx';
import { Button } from '../../kit/button.tsx';
import { TextField } from '../../kit/field.tsx';
import { Icon } from '../../kit/icons.tsx';
import { Panel } from '../../kit/panel.tsx';
import { visibleText } from '../../kit/visible-text.ts';
import { core } from '../../room/core.ts';
import { useRowList } from '../../room/rows.ts';
import { runCommand } from '../../room/run-command.ts';
import { useDraft } from '../../room/session.ts';
import { useWriteBlock } from '../../room/write-block.ts';
import {
  closeEditor,
  discardEdited,
  editorStore,
  readEdited,
  writeEdited,
  type Edited,
} from './edited.ts';
import styles from './editor.module.css';
import { openRunbook } from './run-store.ts';
import { RunbookDocument } from './runbook-preview.tsx';
import { SourceArea, type SourceHandle } from './source-area.tsx';

/** How long a pause in typing is before the text is read. */
const PAUSE_MS = 150;

/** A runbook as Markdown, beside it what it reads as; what is wrong is named by its line. */
export function RunbookEditor(props: { readonly field: string }) {
  const [value] = useDraft(props.field);
  const edited = useMemo(() => readEdited(value), [value]);
  return edited === null ? null : <OpenEditor field={props.field} edited={edited} />;
}

function OpenEditor(props: { readonly field: string; readonly edited: Edited }) {
  const t = useText();
  const { field, edited } = props;
  const block = useWriteBlock();
  const source = useRef<SourceHandle>(null);
  const checked = useChecked(edited.fileName, edited.text);
  const [isBusy, setBusy] = useState(false);
  const [isTried, setTried] = useState(false);
  const fileName = edited.fileName.trim();
  const isNamed = /^[^\s.\\/:*?"<>|][^\\/:*?"<>|]*\.md$/u.test(fileName);
  const rows = useRowList('runbooks');
  // What stands in the room under this name and the writer has not seen.
  const other = rows.find(
    (row) => row.fileName === fileName && row.replaces.some((id) => !edited.replaces.includes(id)),
  );
  const problems = checked?.problems ?? [];
  const marked = useMemo(
    () => new Set((checked?.problems ?? []).map(({ line }) => line)),
    [checked],
  );
  const change = (part: Partial<Edited>): void =>
    writeEdited(field, { ...edited, ...part, isChanged: true });
  const publish = async (): Promise<void> => {
    setTried(true);
    if (!isNamed || isBusy || block !== null) return;
    setBusy(true);
    const answer = await runCommand({
      name: 'runbook.publish',
      fileName,
      text: edited.text,
      replaces: [...edited.replaces],
      ...(edited.comment.trim() === '' ? {} : { comment: edited.comment.trim() }),
    });
    setBusy(false);
    if (!answer.done) return;
    writeEdited(field, null);
    editorStore.setState({ field: null });
    openRunbook(`room:${fileName}`);
  };
  useCommands([
    {
      id: 'runbook.publish',
      group: 'runbooks',
      titleKey: 'editor.publish',
      shortcut: 'Ctrl+S',
      isEnabled: () => block === null && !isBusy,
      run: () => void publish(),
    },
    {
      id: 'runbook.close-editor',
      group: 'runbooks',
      titleKey: 'editor.close',
      shortcut: 'Alt+W',
      run: closeEditor,
    },
    {
      id: 'runbook.next-problem',
      group: 'runbooks',
      titleKey: 'editor.nextProblem',
      shortcut: 'Alt+P',
      isEnabled: () => problems.length > 0,
      run: () => source.current?.goToLine(problems[0]?.line ?? 1),
    },
  ]);
  return (
    <Panel
      title={t('editor.title')}
      isScrolled={false}
      testId="runbook-editor"
      toolbar={
        <>
          <Button size="s" look="quiet" onPress={discardEdited} testId="editor-discard">
            {t('editor.discard')}
          </Button>
          <Button size="s" onPress={closeEditor} testId="editor-close">
            {t('editor.close')}
          </Button>
          <Button
            size="s"
            look="primary"
            icon="check"
            shortcut="Ctrl+S"
            isDisabled={isBusy || block !== null}
            onPress={() => void publish()}
            testId="editor-publish"
          >
            {t('editor.publish')}
          </Button>
        </>
      }
    >
      <div className={styles['editor']}>
        <div className={styles['fields']}>
          <TextField
            label={t('editor.fileName')}
            value={edited.fileName}
            onChange={(name) => change({ fileName: name })}
            error={isTried && !isNamed ? t('refusal.runbook-name') : null}
            isMono
            testId="editor-file-name"
          />
          <TextField
            label={t('editor.comment')}
            value={edited.comment}
            onChange={(comment) => change({ comment })}
            testId="editor-comment"
          />
        </div>
        {block === null ? null : <Banner tone="info" title={t(`run.blocked.${block}`)} />}
        {other === undefined ? null : (
          <Banner
            tone="warning"
            title={t('editor.other', { name: visibleText(other.writtenBy ?? t('editor.gateway')) })}
            actions={
              <Button
                size="s"
                onPress={() => change({ replaces: other.replaces })}
                testId="editor-replace"
              >
                {t('editor.other.replace')}
              </Button>
            }
          >
            {t('editor.other.why')}
          </Banner>
        )}
        <div className={styles['columns']}>
          <div className={styles['column']}>
            <SourceArea
              handle={source}
              label={t('editor.text')}
              value={edited.text}
              onChange={(text) => change({ text })}
              isDisabled={block !== null}
              marked={marked}
            />
            <Problems problems={problems} onGo={(line) => source.current?.goToLine(line)} />
          </div>
          <div
            className={styles['preview']}
            role="region"
            aria-label={t('editor.preview')}
            data-testid="editor-preview"
          >
            {checked === null ? null : (
              <>
                <h3 dir="auto">{visibleText(checked.runbook.title)}</h3>
                <RunbookDocument runbook={checked.runbook} />
              </>
            )}
          </div>
        </div>
      </div>
    </Panel>
  );
}

/** What is wrong in a text, each with the way to its line. */
function Problems(props: {
  readonly problems: readonly RunbookProblem[];
  readonly onGo: (line: number) => void;
}) {
  const t = useText();
  const { problems } = props;
  return (
    <section className={styles['problems']} aria-label={t('editor.problems')} aria-live="polite">
      {problems.length === 0 ? (
        <p className={styles['fine']} data-testid="editor-fine">
          <Icon name="check" size="s" /> {t('editor.fine')}
        </p>
      ) : (
        <>
          <p className={styles['bad']}>
            <Icon name="warning" size="s" /> {t('runbooks.problems', { count: problems.length })}
          </p>
          <ul>
            {problems.map((problem, index) => (
              <li key={index}>
                <button
                  type="button"
                  className={styles['problem']}
                  onClick={() => props.onGo(problem.line)}
                  data-testid="editor-problem"
                  data-line={problem.line}
                >
                  {t('runbooks.problem', {
                    line: problem.line,
                    message: visibleText(problem.message),
                  })}
                </button>
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}

/** The text as the core reads it, after a pause in typing; null until it was read once. */
function useChecked(fileName: string, text: string): Answer<'runbook.check'> | null {
  const [checked, setChecked] = useState<Answer<'runbook.check'> | null>(null);
  useEffect(() => {
    let isOver = false;
    const timer = setTimeout(() => {
      core
        .ask('runbook.check', { fileName: fileName.slice(0, 300), text: text.slice(0, 300_000) })
        .then((answer) => {
          if (!isOver) setChecked(answer);
        })
        .catch(() => {
          // The core is away for a moment: the last reading stays.
        });
    }, PAUSE_MS);
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [fileName, text]);
  return checked;
}
