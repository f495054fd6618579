import { Fragment, type ReactNode } from 'react';
import { readBlocks, type Block, type Inline } from '../../../shared/post-mortem/blocks.ts';
import { useText } from '../../i18n/text.ts';
import { ForeignText } from '../../kit/foreign-text.tsx';
import { formatTime } from '../../kit/format.ts';
import { visibleText } from '../../kit/visible-text.ts';
import { entryText } from '../../room/entry-text.ts';
import { namesOf } from '../../room/names.ts';
import { revealFact } from '../../room/search.ts';
import type { Cited } from './cited.ts';
import styles from './post-mortem.module.css';

/** The text of a section, drawn; a citation leads to its moment. */
export function BlocksText(props: { readonly text: string; readonly cited: Cited }) {
  const blocks = readBlocks(props.text);
  const parts: ReactNode[] = [];
  let items: Extract<Block, { kind: 'item' }>[] = [];
  const close = (): void => {
    if (items.length === 0) return;
    parts.push(
      <ul key={items[0]?.line} className={styles['list']}>
        {items.map(({ line, depth, inlines }) => (
          <li key={line} data-depth={depth}>
            <Inlines inlines={inlines} cited={props.cited} />
          </li>
        ))}
      </ul>,
    );
    items = [];
  };
  for (const block of blocks) {
    if (block.kind === 'item') {
      items.push(block);
      continue;
    }
    close();
    parts.push(<Part key={block.line} block={block} cited={props.cited} />);
  }
  close();
  return <div className={styles['text']}>{parts}</div>;
}

function Part(props: { readonly block: Exclude<Block, { kind: 'item' }>; readonly cited: Cited }) {
  const { block, cited } = props;
  switch (block.kind) {
    case 'heading':
      return (
        <h4>
          <Inlines inlines={block.inlines} cited={cited} />
        </h4>
      );
    case 'paragraph':
      return (
        <p>
          <Inlines inlines={block.inlines} cited={cited} />
        </p>
      );
    case 'table':
      return (
        <table className={styles['table']}>
          <thead>
            <tr>
              {block.head.map((inlines, index) => (
                // Columns have no name of their own.
                // eslint-disable-next-line react/no-array-index-key
                <th key={index} scope="col">
                  <Inlines inlines={inlines} cited={cited} />
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {block.rows.map(({ line, cells }) => (
              <tr key={line}>
                {block.head.map((_, index) => (
                  // eslint-disable-next-line react/no-array-index-key
                  <td key={index}>
                    <Inlines inlines={cells[index] ?? []} cited={cited} />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      );
  }
}

function Inlines(props: { readonly inlines: readonly Inline[]; readonly cited: Cited }) {
  return props.inlines.map((part, index) => (
    // Parts of a line have no name of their own.
    // eslint-disable-next-line react/no-array-index-key
    <Fragment key={index}>
      {part.kind === 'cite' ? (
        <Citation id={part.id} cited={props.cited} />
      ) : part.kind === 'code' ? (
        <code>{visibleText(part.text)}</code>
      ) : part.isStrong ? (
        <strong>
          <ForeignText text={part.text} />
        </strong>
      ) : (
        <ForeignText text={part.text} />
      )}
    </Fragment>
  ));
}

function Citation(props: { readonly id: string; readonly cited: Cited }) {
  const t = useText();
  const entry = props.cited.get(props.id);
  if (entry === undefined) {
    return (
      <span className={styles['missing']} title={t('fact.missing')}>
        {props.id.slice(0, 6)}?
      </span>
    );
  }
  const { kind, subject, text } = entryText(entry, t, namesOf(entry));
  const what = visibleText([kind, subject, text].filter(Boolean).join(' · '));
  return (
    <button
      type="button"
      className={styles['cite']}
      title={t('postmortem.cited', { what })}
      onClick={() => void revealFact(entry.id)}
      data-testid="citation"
    >
      {formatTime(entry.at)}
    </button>
  );
}
