import { Component, type ReactNode } from 'react';
import { text } from '../i18n/text.ts';
import { Button } from '../kit/button.tsx';
import { EmptyState } from '../kit/empty-state.tsx';

interface Props {
  /** What failed, for the message; absent: the whole window. */
  readonly name?: string;
  readonly children: ReactNode;
}

/** Keeps a failure of one part from taking the rest of the screen with it. */
export class FailureBoundary extends Component<Props, { readonly reason: string | null }> {
  override state: { readonly reason: string | null } = { reason: null };

  static getDerivedStateFromError(error: unknown): { readonly reason: string } {
    return { reason: error instanceof Error ? error.message : String(error) };
  }

  override render(): ReactNode {
    if (this.state.reason === null) return this.props.children;
    const retry = (): void => {
      if (this.props.name === undefined) window.location.reload();
      else this.setState({ reason: null });
    };
    return (
      <EmptyState
        icon="warning"
        title={this.props.name ?? text('app.failed.title')}
        why={text('app.failed.why', { reason: this.state.reason })}
        what={text('app.failed.what')}
        actions={<Button onPress={retry}>{text('app.failed.reload')}</Button>}
      />
    );
  }
}
