import { useText } from '../i18n/text.ts';
import { ForeignText } from '../kit/foreign-text.tsx';
import { linksIn, openLink } from './links.ts';
import styles from './linked-text.module.css';

/** Text from outside in which links of this room can be pressed. */
export function LinkedText(props: { readonly text: string; readonly keepLines?: boolean }) {
  const t = useText();
  const { text, keepLines = false } = props;
  const links = linksIn(text);
  if (links.length === 0) return <ForeignText text={text} keepLines={keepLines} />;
  const parts: { readonly at: number; readonly text: string; readonly isLink: boolean }[] = [];
  let end = 0;
  for (const { at, link } of links) {
    parts.push({ at: end, text: text.slice(end, at), isLink: false });
    parts.push({ at, text: link, isLink: true });
    end = at + link.length;
  }
  parts.push({ at: end, text: text.slice(end), isLink: false });
  return (
    <>
      {parts.map((part) =>
        part.isLink ? (
          <button
            key={part.at}
            type="button"
            className={styles['link']}
            title={part.text}
            onClick={(event) => {
              event.stopPropagation();
              openLink(part.text);
            }}
            data-testid="room-link"
          >
            {t('link.show')}
          </button>
        ) : part.text === '' ? null : (
          <ForeignText key={part.at} text={part.text} keepLines={keepLines} />
        ),
      )}
    </>
  );
}
