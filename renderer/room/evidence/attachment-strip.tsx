import type { AttachedItem } from '../../../shared/ipc/rows.ts';
import { attachmentThing } from '../../../shared/facts/attachment.ts';
import { useText } from '../../i18n/text.ts';
import { classes } from '../../kit/classes.ts';
import { ForeignText } from '../../kit/foreign-text.tsx';
import { Icon } from '../../kit/icons.tsx';
import { SentMark } from '../../kit/marks.tsx';
import { useRow } from '../rows.ts';
import { viewEvidence } from './evidence-store.ts';
import styles from './evidence.module.css';
import { Picture } from './picture.tsx';

/** What is attached to an entry or thing and was not taken back, oldest first. */
export function useAttached(of: string | null, step?: string): readonly AttachedItem[] {
  const row = useRow('attachments', of === null ? null : attachmentThing(of));
  return (row?.items ?? []).filter(
    (item) => item.withdrawn === null && (step === undefined || item.step === step),
  );
}

/** Thumbnails with their names, in the order in which they were kept; nothing where there are none. */
export function AttachmentStrip(props: {
  readonly of: string;
  readonly step?: string;
  readonly label: string;
}) {
  const t = useText();
  const items = useAttached(props.of, props.step);
  if (items.length === 0) return null;
  return (
    <ul className={styles['strip']} aria-label={t('evidence.of', { label: props.label })}>
      {items.map((item) => (
        <li key={item.sha256}>
          <button
            type="button"
            className={styles['item']}
            title={item.caption ?? item.name}
            onClick={() => viewEvidence(props.of, item.sha256)}
            data-testid="attachment"
            data-name={item.name}
          >
            <Thumbnail item={item} />
            <span className={styles['name']}>
              <ForeignText text={item.caption ?? item.name} />
            </span>
            <SentMark sent={item.sent} isWordHidden />
          </button>
        </li>
      ))}
    </ul>
  );
}

/** Up to three thumbnails inside a line; by mouse here, by keyboard through the command. */
export function InlineEvidence(props: { readonly of: string; readonly only?: string }) {
  const t = useText();
  const all = useAttached(props.of);
  const items = props.only === undefined ? all : all.filter(({ sha256 }) => sha256 === props.only);
  if (items.length === 0) return null;
  return (
    <span className={styles['inline']} data-testid="entry-evidence">
      {items.slice(0, 3).map((item) => (
        <button
          key={item.sha256}
          type="button"
          tabIndex={-1}
          className={classes(styles['item'], styles['bare'])}
          title={item.caption ?? item.name}
          aria-label={t('evidence.open', { name: item.name })}
          onClick={(event) => {
            event.stopPropagation();
            viewEvidence(props.of, item.sha256);
          }}
        >
          <Thumbnail item={item} />
        </button>
      ))}
      {items.length > 3 ? `+${String(items.length - 3)}` : null}
    </span>
  );
}

function Thumbnail(props: { readonly item: AttachedItem }) {
  const { item } = props;
  if (item.type === 'text/plain') return <Icon name="file" size="m" />;
  return (
    <Picture
      sha256={item.sha256}
      type={item.type}
      label={item.caption ?? item.name}
      held={item.held}
      isThumbnail
    />
  );
}
