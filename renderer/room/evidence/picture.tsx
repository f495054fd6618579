import { useEffect, useRef, useState } from 'react';
import type { AttachmentType } from '../../../shared/facts/attachment.ts';
import { useText } from '../../i18n/text.ts';
import { classes } from '../../kit/classes.ts';
import { Icon } from '../../kit/icons.tsx';
import styles from './evidence.module.css';
import { readBytes } from './files.ts';

/** Pixels of a thumbnail's height: twice what is shown, for fine screens. */
const THUMBNAIL_PIXELS = 96;

/**
 * A picture that is evidence, drawn on a canvas: no address leads to its bytes, and nothing in them
 * is ever more than pixels.
 */
export function Picture(props: {
  readonly sha256: string;
  readonly type: AttachmentType;
  /** What it shows, for who does not see it. */
  readonly label: string;
  readonly isThumbnail: boolean;
  /** Whether its bytes are at this desk. */
  readonly held: boolean;
}) {
  const t = useText();
  const canvas = useRef<HTMLCanvasElement>(null);
  const [state, setState] = useState<'reading' | 'shown' | 'missing' | 'broken'>('reading');
  const { sha256, type, isThumbnail, held } = props;
  useEffect(() => {
    let isOver = false;
    const draw = async (): Promise<void> => {
      const bytes = await readBytes(sha256);
      if (isOver) return;
      if (bytes === null) {
        setState('missing');
        return;
      }
      try {
        const picture = await createImageBitmap(
          new Blob([new Uint8Array(bytes)], { type }),
          isThumbnail ? { resizeHeight: THUMBNAIL_PIXELS, resizeQuality: 'medium' } : {},
        );
        const element = canvas.current;
        if (!isOver && element !== null) {
          element.width = picture.width;
          element.height = picture.height;
          element.getContext('2d')?.drawImage(picture, 0, 0);
          setState('shown');
        }
        picture.close();
      } catch {
        // What begins like a picture is not always one.
        if (!isOver) setState('broken');
      }
    };
    void draw();
    return () => {
      isOver = true;
    };
  }, [sha256, type, isThumbnail, held]);
  const isGone = state === 'missing' || state === 'broken';
  return (
    <>
      <canvas
        ref={canvas}
        role="img"
        aria-label={props.label}
        className={classes(isThumbnail ? styles['thumbnail'] : styles['picture'])}
        hidden={isGone}
        data-state={state}
      />
      {isGone ? (
        <span className={styles['gone']} title={t(`evidence.${state}`)}>
          <Icon name={state === 'missing' ? 'offline' : 'warning'} size="s" />
          {isThumbnail ? null : t(`evidence.${state}`)}
        </span>
      ) : null}
    </>
  );
}
