import { useState } from 'react';
import { useText } from '../../i18n/text.ts';
import { Badge } from '../../kit/badge.tsx';
import { Button } from '../../kit/button.tsx';
import { Panel } from '../../kit/panel.tsx';
import { visibleText } from '../../kit/visible-text.ts';
import type { RunbookProblem } from '../../../shared/runbooks/format.ts';
import { useRowMap } from '../../room/rows.ts';
import { useWriteBlock } from '../../room/write-block.ts';
import { editText } from './edited.ts';
import styles from './editor.module.css';
import { closeImports, publishImports, type ImportedFile } from './imports.ts';

const SHOWN = 50;

/** What was read from files, before anything of it is published. */
export function ImportPanel(props: { readonly files: readonly ImportedFile[] }) {
  const t = useText();
  const { files } = props;
  const block = useWriteBlock();
  const library = useRowMap('runbooks');
  const [isBusy, setBusy] = useState(false);
  const waiting = files.flatMap(({ runbooks }) => runbooks.filter(({ state }) => state === 'read'));
  const publish = async (): Promise<void> => {
    setBusy(true);
    await publishImports();
    setBusy(false);
  };
  const replaces = (fileName: string): boolean =>
    library.has(`room:${fileName}`) || library.has(`gateway:${fileName}`);
  return (
    <Panel
      title={t('import.runbooks.title')}
      isScrolled={false}
      testId="runbook-imports"
      toolbar={
        <>
          <Button size="s" onPress={closeImports} testId="imports-close">
            {t('import.runbooks.close')}
          </Button>
          <Button
            size="s"
            look="primary"
            icon="check"
            isDisabled={isBusy || block !== null || waiting.length === 0}
            onPress={() => void publish()}
            autoFocus
            testId="imports-publish"
          >
            {t('import.runbooks.publish', { count: waiting.length })}
          </Button>
        </>
      }
    >
      <div className={styles['imports']} role="region" aria-label={t('import.runbooks.title')}>
        {block === null ? null : <p className={styles['soft']}>{t(`run.blocked.${block}`)}</p>}
        {files.map((file) => (
          <article
            key={file.name}
            className={styles['import']}
            data-testid="imported-file"
            data-format={file.format}
          >
            <div className={styles['importHead']}>
              <span className={styles['importName']}>
                <bdi>{visibleText(file.name)}</bdi>
              </span>
              <span className={styles['soft']}>{t(`import.format.${file.format}`)}</span>
            </div>
            <Problems problems={file.problems} />
            {file.runbooks.map((runbook) => (
              <div key={runbook.fileName}>
                <div className={styles['importHead']}>
                  <span className={styles['importName']}>
                    → <bdi>{visibleText(runbook.fileName)}</bdi>
                  </span>
                  {runbook.state === 'read' && replaces(runbook.fileName) ? (
                    <span className={styles['soft']}>{t('import.runbooks.replaces')}</span>
                  ) : null}
                  <Badge>{t(`import.state.${runbook.state}`)}</Badge>
                  {runbook.state === 'read' ? (
                    <Button
                      size="s"
                      icon="note"
                      onPress={() => {
                        closeImports();
                        editText({ ...runbook, replaces: standing(library, runbook.fileName) });
                      }}
                    >
                      {t('import.runbooks.edit')}
                    </Button>
                  ) : null}
                </div>
                <Problems problems={runbook.problems} />
              </div>
            ))}
          </article>
        ))}
      </div>
    </Panel>
  );
}

function standing(library: ReturnType<typeof useRowMap<'runbooks'>>, fileName: string): string[] {
  const rows = [library.get(`room:${fileName}`), library.get(`gateway:${fileName}`)];
  return [...new Set(rows.flatMap((row) => row?.replaces ?? []))];
}

function Problems(props: { readonly problems: readonly RunbookProblem[] }) {
  const t = useText();
  const { problems } = props;
  if (problems.length === 0) return null;
  return (
    <ul className={styles['importProblems']}>
      {problems.slice(0, SHOWN).map((problem, index) => (
        <li key={index} data-testid="import-problem" data-line={problem.line}>
          {t('runbooks.problem', { line: problem.line, message: visibleText(problem.message) })}
        </li>
      ))}
      {problems.length > SHOWN ? <li>…</li> : null}
    </ul>
  );
}
