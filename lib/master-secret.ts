import { RemovalPolicy, Validations } from 'aws-cdk-lib';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import type { Settings } from './settings.ts';

/** The one secret from which the vault's, capabilities' and cursors' keys are derived at run time. */
export class MasterSecret extends Construct {
  readonly arn: string;

  constructor(scope: Construct, id: string, settings: Settings) {
    super(scope, id);
    const secret = new Secret(this, 'Secret', {
      description: 'Keys are derived from this value (HKDF). Whoever loses it loses every stored secret.',
      generateSecretString: { passwordLength: 64, excludePunctuation: true },
      removalPolicy: settings.keepData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    Validations.of(secret).acknowledge({
      id: 'AwsSolutions-SMG4',
      reason: 'Stored ciphertexts depend on this value; a blind rotation on a schedule would make them unreadable.',
    });
    this.arn = secret.secretArn;
  }
}
