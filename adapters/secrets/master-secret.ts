import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { type DerivedKeys, deriveKeys } from './vault.ts';

/** Gives the keys derived from the master secret. */
export type LoadKeys = () => Promise<DerivedKeys>;

/** Makes the loader of a function's instance: Secrets Manager is asked once, and again only where that failed. */
export function createKeyLoader(client: SecretsManagerClient, secretArn: string): LoadKeys {
  let loading: Promise<DerivedKeys> | undefined;
  return () => {
    loading ??= loadKeys(client, secretArn).catch((error: unknown) => {
      loading = undefined;
      throw new Error('the master secret could not be read', { cause: error });
    });
    return loading;
  };
}

async function loadKeys(client: SecretsManagerClient, secretArn: string): Promise<DerivedKeys> {
  const { SecretString: masterSecret } = await client.send(new GetSecretValueCommand({ SecretId: secretArn }));
  if (masterSecret === undefined) throw new Error(`${secretArn} holds no text`);
  return deriveKeys(masterSecret);
}
