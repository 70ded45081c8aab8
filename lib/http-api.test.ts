import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { functionNames, type Route as ProductRoute, routes } from '../functions/routes.ts';
import { stackWith } from './stack-under-test.ts';

const { template, resources } = stackWith();

const Route = z.object({
  RouteKey: z.string(),
  AuthorizationType: z.string().optional(),
  AuthorizationScopes: z.unknown().optional(),
  AuthorizerId: z.object({ Ref: z.string() }).optional(),
  Target: z.object({
    'Fn::Join': z.tuple([z.literal(''), z.tuple([z.literal('integrations/'), z.object({ Ref: z.string() })])]),
  }),
});
const Integration = z.object({ IntegrationUri: z.object({ 'Fn::GetAtt': z.tuple([z.string(), z.literal('Arn')]) }) });
const Permission = z.object({ FunctionName: z.object({ 'Fn::GetAtt': z.tuple([z.string(), z.literal('Arn')]) }) });

const gatewayRoutes = ofType('AWS::ApiGatewayV2::Route').map(([, properties]) => Route.parse(properties));

describe('the routes', () => {
  test('are those of routes.ts, each to its function', () => {
    for (const route of Object.values<ProductRoute>(routes)) {
      expect(handlerOf(`${route.method} ${route.path}`)).toBe(`feedbridge-test-${route.handledBy}`);
    }
  });

  test('are fewer than the 300 that an API may have (AWS quota)', () => {
    expect(gatewayRoutes.length).toBe(Object.keys(routes).length + 2);
    expect(gatewayRoutes.length).toBeLessThan(300);
  });

  test('ask for a bearer token below /admin and nowhere else', () => {
    for (const route of gatewayRoutes) {
      expect(route.AuthorizationType).toBe(route.RouteKey.includes(' /admin/') ? 'JWT' : 'NONE');
      expect(route.AuthorizerId !== undefined).toBe(route.RouteKey.includes(' /admin/'));
    }
  });

  test('ask for no scope, because an ID token has none', () => {
    for (const route of gatewayRoutes) expect(route.AuthorizationScopes).toBeUndefined();
  });

  test('leave whatever matches none, and preflights, to answer-rest', () => {
    expect(handlerOf('$default')).toBe('feedbridge-test-answer-rest');
    expect(handlerOf('OPTIONS /{proxy+}')).toBe('feedbridge-test-answer-rest');
  });
});

describe('the gateway', () => {
  test('answers no preflight itself: sources have their own allowed origins', () => {
    template.hasResourceProperties('AWS::ApiGatewayV2::Api', { CorsConfiguration: Match.absent() });
  });

  test('logs the path, the outcome and an integration error', () => {
    expect(accessLogFields()).toMatchObject({
      requestId: '$context.requestId',
      routeKey: '$context.routeKey',
      status: '$context.status',
      latencyMs: '$context.responseLatency',
      integrationError: '$context.integrationErrorMessage',
    });
  });

  test('logs neither the query string nor who called', () => {
    const logged = Object.values(accessLogFields()).join(' ');
    expect(logged).not.toMatch(/query|protocol.*\?|rawPath|requestOverride/i);
    expect(logged).not.toMatch(/identity|claims|principal|userAgent|sourceIp/i);
  });

  test('is throttled', () => {
    template.hasResourceProperties('AWS::ApiGatewayV2::Stage', {
      StageName: '$default',
      DefaultRouteSettings: { ThrottlingRateLimit: 500, ThrottlingBurstLimit: 1000 },
    });
  });

  test('lets each function be called by one permission, far below the 20,480 bytes of a resource policy (AWS quota)', () => {
    const permissions = ofType('AWS::Lambda::Permission').map(([id, properties]) => ({
      id,
      called: Permission.parse(properties).FunctionName['Fn::GetAtt'][0],
      properties,
    }));
    // The gateway calls whatever handles a route, a rule calls tick, and the others poll their queue or stream.
    const callable = new Set([...Object.values<ProductRoute>(routes).map(({ handledBy }) => handledBy), 'tick']);
    for (const name of functionNames) {
      const own = permissions.filter(({ called }) => functionNameOf(called) === `feedbridge-test-${name}`);
      expect(own.length, name).toBe(callable.has(name) ? 1 : 0);
      const bytes = own.reduce((sum, { id, properties }) => sum + statementBytes(id, properties), 0);
      expect(bytes).toBeLessThan(20_480);
    }
  });
});

describe('a custom domain', () => {
  const customDomain = {
    name: 'feedback.example.com',
    certificateArn: 'arn:aws:acm:eu-central-1:111111111111:certificate/1',
  };

  test('serves the API and is the origin that functions put into URLs', () => {
    const { template: withDomain } = stackWith({ customDomain });
    withDomain.hasResourceProperties('AWS::ApiGatewayV2::DomainName', { DomainName: 'feedback.example.com' });
    withDomain.resourceCountIs('AWS::ApiGatewayV2::ApiMapping', 1);
    withDomain.hasOutput('ApiUrl', { Value: 'https://feedback.example.com' });
    withDomain.hasResourceProperties('AWS::Lambda::Function', {
      Environment: { Variables: { API_ORIGIN: 'https://feedback.example.com' } },
    });
  });
});

function ofType(type: string) {
  return Object.entries(resources)
    .filter(([, resource]) => resource.Type === type)
    .map(([id, resource]) => [id, resource.Properties] as const);
}

function functionNameOf(logicalId: string) {
  return resources[logicalId]?.Properties.FunctionName;
}

function handlerOf(routeKey: string) {
  const route = gatewayRoutes.find((candidate) => candidate.RouteKey === routeKey);
  if (!route) throw new Error(`The template has no route ${routeKey}.`);
  const integration = resources[route.Target['Fn::Join'][1][1].Ref];
  return functionNameOf(Integration.parse(integration?.Properties).IntegrationUri['Fn::GetAtt'][0]);
}

function accessLogFields() {
  const [stage] = ofType('AWS::ApiGatewayV2::Stage').map(([, properties]) => properties);
  const { Format } = z.object({ Format: z.string() }).parse(stage?.AccessLogSettings);
  return z.record(z.string(), z.string()).parse(JSON.parse(Format));
}

// What Lambda makes of a permission: intrinsics are longer than what they stand for, ARNs at most 200 characters.
function statementBytes(id: string, properties: Record<string, unknown>) {
  const longestArns = 2 * 200;
  return JSON.stringify({ Sid: id, Effect: 'Allow', Condition: { ArnLike: {} }, ...properties }).length + longestArns;
}
