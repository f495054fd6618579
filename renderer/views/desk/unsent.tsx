import { SentMark } from '../../kit/marks.tsx';

/** Where something has not reached the gateway yet, or was refused; what is sent needs no mark. */
export function Unsent(props: { readonly sent: 'none' | 'pending' | 'sent' | 'refused' }) {
  if (props.sent === 'sent' || props.sent === 'none') return null;
  return <SentMark sent={props.sent} />;
}
