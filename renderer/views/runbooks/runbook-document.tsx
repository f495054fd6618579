import { Fragment, useEffect, useState, type ReactNode } from 'react';
import {
  isSafeUrl,
  type Block,
  type Inline,
  type RunbookCommand,
} from '../../../shared/runbooks/format.ts';
import { useText } from '../../i18n/text.ts';
import { Button } from '../../kit/button.tsx';
import { Icon } from '../../kit/icons.tsx';
import { copyText } from '../../room/clipboard.ts';
import { askLink } from './run-store.ts';
import styles from './document.module.css';
import { hasHidden, visibleText } from '../../kit/visible-text.ts';

const COPIED_MS = 2_000;

/** A runbook's text as elements. There is no HTML in it, and what cannot be seen is made visible. */
export function Blocks(props: {
  readonly blocks: readonly Block[];
  readonly commands: readonly RunbookCommand[];
  /** Outside of steps code has no number; what names its language is offered to copy as it is. */
  readonly isIntro?: boolean;
}) {
  return (
    <div className={styles['blocks']}>
      {props.blocks.map((block, index) => (
        // A parsed text never changes its order.
        <OneBlock
          key={index}
          block={block}
          commands={props.commands}
          isIntro={props.isIntro ?? false}
        />
      ))}
    </div>
  );
}

function OneBlock(props: {
  readonly block: Block;
  readonly commands: readonly RunbookCommand[];
  readonly isIntro: boolean;
}) {
  const { block, commands, isIntro } = props;
  switch (block.type) {
    case 'paragraph':
      return (
        <p dir="auto">
          <Inlines inlines={block.children} />
        </p>
      );
    case 'heading':
      return (
        <p
          className={styles['heading']}
          role="heading"
          aria-level={Math.max(4, block.level)}
          dir="auto"
        >
          <Inlines inlines={block.children} />
        </p>
      );
    case 'list': {
      const items = block.items.map((item, index) => (
        <li key={index} dir="auto">
          <Blocks blocks={item} commands={commands} isIntro={isIntro} />
        </li>
      ));
      return block.ordered ? (
        <ol className={styles['ordered']} start={block.start}>
          {items}
        </ol>
      ) : (
        <ul className={styles['list']}>{items}</ul>
      );
    }
    case 'quote':
      return (
        <blockquote className={styles['quote']}>
          <Blocks blocks={block.children} commands={commands} isIntro={isIntro} />
        </blockquote>
      );
    case 'code': {
      const command =
        block.command !== undefined
          ? commands[block.command]
          : isIntro && block.language !== ''
            ? block
            : undefined;
      return command ? (
        <CommandBlock shown={block.text} command={command} />
      ) : (
        <pre className={styles['code']} dir="ltr">
          <code>{visibleText(block.text, true)}</code>
        </pre>
      );
    }
    case 'rule':
      return <hr className={styles['rule']} />;
  }
}

function Inlines(props: { readonly inlines: readonly Inline[] }): ReactNode {
  return props.inlines.map((inline, index) => (
    <Fragment key={index}>
      <OneInline inline={inline} />
    </Fragment>
  ));
}

function OneInline(props: { readonly inline: Inline }): ReactNode {
  const { inline } = props;
  switch (inline.type) {
    case 'text':
      return visibleText(inline.text, true);
    case 'code':
      return (
        <code className={styles['inlineCode']} dir="ltr">
          {visibleText(inline.text, true)}
        </code>
      );
    case 'break':
      return <br />;
    case 'emphasis':
      return (
        <em>
          <Inlines inlines={inline.children} />
        </em>
      );
    case 'strong':
      return (
        <strong>
          <Inlines inlines={inline.children} />
        </strong>
      );
    case 'link':
      return (
        <RunbookLink url={inline.url}>
          <Inlines inlines={inline.children} />
        </RunbookLink>
      );
  }
}

/** A link that never leads anywhere by itself: a person sees the whole address first. */
function RunbookLink(props: { readonly url: string; readonly children: ReactNode }) {
  if (!isSafeUrl(props.url)) return props.children;
  return (
    <button
      type="button"
      className={styles['link']}
      title={visibleText(props.url)}
      onClick={() => askLink(props.url)}
      data-testid="runbook-link"
    >
      {props.children}
      <Icon name="external" size="s" />
    </button>
  );
}

function CommandBlock(props: { readonly shown: string; readonly command: RunbookCommand }) {
  const t = useText();
  const { shown, command } = props;
  const differs = shown.trim() !== command.text.trim();
  return (
    <figure className={styles['command']}>
      <figcaption className={styles['commandHead']}>
        <span className={styles['language']}>{command.language}</span>
        {hasHidden(command.text) ? (
          <span className={styles['hidden']}>
            <Icon name="warning" size="s" /> {t('runbooks.command.hidden')}
          </span>
        ) : null}
        {differs ? <span className={styles['faint']}>{t('runbooks.command.differs')}</span> : null}
        <CopyButton text={command.text} />
      </figcaption>
      <pre className={styles['code']} dir="ltr">
        <code>{visibleText(shown, true)}</code>
      </pre>
    </figure>
  );
}

/** Puts a text on the clipboard and says so. */
function CopyButton(props: { readonly text: string }) {
  const t = useText();
  const [isCopied, setCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return;
    const timer = setTimeout(() => setCopied(false), COPIED_MS);
    return () => clearTimeout(timer);
  }, [isCopied]);
  return (
    <Button
      size="s"
      look="quiet"
      icon={isCopied ? 'check' : 'copy'}
      onPress={() => void copyText(props.text).then(setCopied)}
      testId="command-copy"
    >
      {t(isCopied ? 'runbooks.copied' : 'runbooks.copy')}
    </Button>
  );
}
