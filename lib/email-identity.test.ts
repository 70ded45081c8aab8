import { Match } from 'aws-cdk-lib/assertions';
import { expect, test } from 'vitest';
import { stackWith } from './stack-under-test.ts';

const sendsEmail = (Resource: unknown) => ({
  PolicyDocument: { Statement: Match.arrayWith([Match.objectLike({ Action: 'ses:SendEmail', Resource })]) },
});

test('send-email may send as the address of the settings or its domain, and as nothing else', () => {
  const { template } = stackWith({ email: { from: 'feedback@example.com' } });
  const identity = (name: string) => ({
    'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, `:ses:eu-central-1:111111111111:identity/${name}`]],
  });
  const allowed = sendsEmail([identity('feedback@example.com'), identity('example.com')]);
  template.hasResourceProperties('AWS::IAM::Policy', allowed);
  template.resourcePropertiesCountIs('AWS::IAM::Policy', sendsEmail(Match.anyValue()), 1);
  template.hasResourceProperties('AWS::Lambda::Function', {
    Environment: { Variables: Match.objectLike({ EMAIL_FROM: 'feedback@example.com' }) },
  });
});

test('nobody may send e-mail where the settings name no sender', () => {
  const { template } = stackWith();
  expect(JSON.stringify(template.toJSON())).not.toContain('ses:SendEmail');
  template.hasResourceProperties('AWS::Lambda::Function', {
    Environment: { Variables: Match.objectLike({ EMAIL_FROM: '' }) },
  });
});

test.each(['Feedbridge <a@example.com>', '*@example.com', 'example.com', 'a@*'])('%s is no sender', (from) => {
  expect(() => stackWith({ email: { from } })).toThrow('it must be a plain address such as feedback@example.com');
});
