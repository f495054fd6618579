import { useState } from 'react';
import { Checkbox } from 'react-aria-components';
import { useText } from '../../i18n/text.ts';
import { Banner } from '../../kit/banner.tsx';
import { Button } from '../../kit/button.tsx';
import { TextField } from '../../kit/field.tsx';
import { Icon } from '../../kit/icons.tsx';
import { useSession } from '../../room/session.ts';
import { isGatewayAddress } from './address.ts';
import styles from './start.module.css';

/** Address and token of a gateway. The token goes to the key store or stays for this run. */
export function ConnectForm(props: {
  /** Answers null when connected, else the reason. */
  readonly onConnect: (address: string, token: string, remember: boolean) => Promise<string | null>;
}) {
  const t = useText();
  const session = useSession();
  const [address, setAddress] = useState(session?.gateway ?? '');
  const [token, setToken] = useState('');
  const [remember, setRemember] = useState(true);
  const [wasTried, setTried] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [reason, setReason] = useState<string | null>(null);

  const addressError = isGatewayAddress(address) ? null : t('start.address.invalid');
  const tokenError = token.trim() === '' ? t('start.token.missing') : null;
  const submit = async (): Promise<void> => {
    setTried(true);
    if (addressError !== null || tokenError !== null || isBusy) return;
    setBusy(true);
    setReason(null);
    const failed = await props.onConnect(address.trim(), token.trim(), remember);
    setReason(failed);
    setBusy(false);
  };

  return (
    <div className={styles['form']}>
      <TextField
        label={t('start.address')}
        hint={t('start.address.hint')}
        type="url"
        value={address}
        onChange={setAddress}
        error={wasTried ? addressError : null}
        onSubmit={() => void submit()}
        testId="connect-address"
      />
      <TextField
        label={t('start.token')}
        hint={t('start.token.hint')}
        type="password"
        value={token}
        onChange={setToken}
        error={wasTried ? tokenError : null}
        onSubmit={() => void submit()}
        testId="connect-token"
      />
      <Checkbox className={styles['check'] ?? ''} isSelected={remember} onChange={setRemember}>
        {({ isSelected }) => (
          <>
            <span className={styles['box']}>
              {isSelected ? <Icon name="check" size="s" /> : null}
            </span>
            {t('start.remember')}
          </>
        )}
      </Checkbox>
      {reason === null ? null : (
        <Banner tone="critical" title={t('start.connect.failed')} testId="connect-failed">
          {reason}
        </Banner>
      )}
      <Button
        look="primary"
        icon="gateway"
        isDisabled={isBusy}
        onPress={() => void submit()}
        testId="connect-run"
      >
        {isBusy ? t('start.connecting') : t('start.connect')}
      </Button>
    </div>
  );
}
