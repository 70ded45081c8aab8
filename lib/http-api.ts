import { RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import {
  ApiMapping,
  DomainName,
  HttpApi,
  HttpMethod,
  HttpRoute,
  HttpRouteKey,
  HttpStage,
  LogGroupLogDestination,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpJwtAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { type FunctionName, type Route, routes } from '../functions/routes.ts';
import type { Settings } from './settings.ts';
import type { TokenIssuer } from './sign-in.ts';

// Neither the query string, which may carry a key or what is looked for, nor the path, which opens a file where it is a
// link to one, and nothing that tells who called: the function's own line names what the call was about.
const accessLogFormat = {
  requestId: '$context.requestId',
  requestedAt: '$context.requestTime',
  method: '$context.httpMethod',
  routeKey: '$context.routeKey',
  status: '$context.status',
  latencyMs: '$context.responseLatency',
  integrationLatencyMs: '$context.integrationLatency',
  responseBytes: '$context.responseLength',
  gatewayError: '$context.error.message',
  authorizerError: '$context.authorizer.error',
  integrationError: '$context.integrationErrorMessage',
};

/** The HTTP API: every route of functions/routes.ts, and answer-rest for all else. */
export class HttpGateway extends Construct {
  /** Where clients reach the API, without a path. */
  readonly origin: string;
  private readonly api: HttpApi;
  private readonly integrations = new Map<FunctionName, HttpLambdaIntegration>();

  constructor(scope: Construct, id: string, settings: Settings) {
    super(scope, id);
    this.api = new HttpApi(this, 'Api', { apiName: Stack.of(this).stackName, createDefaultStage: false });
    const stage = new HttpStage(this, 'Stage', {
      httpApi: this.api,
      autoDeploy: true,
      throttle: { rateLimit: settings.throttle.requestsPerSecond, burstLimit: settings.throttle.burst },
      accessLogSettings: {
        destination: new LogGroupLogDestination(this.accessLog(settings)),
        format: AccessLogFormat.custom(JSON.stringify(accessLogFormat)),
      },
    });
    this.origin = settings.customDomain ? this.serveAt(settings.customDomain, stage) : this.api.apiEndpoint;
  }

  /** Routes requests to the functions; bearer tokens are those of `tokens`. */
  route(functions: Record<FunctionName, IFunction>, tokens: TokenIssuer): void {
    const bearer = new HttpJwtAuthorizer('Bearer', tokens.issuer, { jwtAudience: tokens.audience });
    for (const [name, { method, path, handledBy, authorised }] of Object.entries<Route>(routes)) {
      const integration = this.integrationWith(handledBy, functions);
      const routeKey = HttpRouteKey.with(path, HttpMethod[method]);
      if (authorised) new HttpRoute(this, name, { httpApi: this.api, routeKey, integration, authorizer: bearer });
      else this.publicRoute(name, routeKey, integration);
    }
    const rest = this.integrationWith('answer-rest', functions);
    this.publicRoute('preflight', HttpRouteKey.with('/{proxy+}', HttpMethod.OPTIONS), rest);
    this.publicRoute('rest', HttpRouteKey.DEFAULT, rest);
  }

  private integrationWith(name: FunctionName, functions: Record<FunctionName, IFunction>): HttpLambdaIntegration {
    const known = this.integrations.get(name);
    if (known) return known;
    // One permission for the whole API: one per route would outgrow the function's resource policy (20,480 bytes).
    const made = new HttpLambdaIntegration(name, functions[name], { scopePermissionToRoute: false });
    this.integrations.set(name, made);
    return made;
  }

  private publicRoute(id: string, routeKey: HttpRouteKey, integration: HttpLambdaIntegration): void {
    const route = new HttpRoute(this, id, { httpApi: this.api, routeKey, integration });
    Validations.of(route).acknowledge({
      id: 'AwsSolutions-APIG4',
      reason: 'Public on purpose: the function itself checks API keys and signatures, or has nothing to protect.',
    });
  }

  private accessLog(settings: Settings): LogGroup {
    return new LogGroup(this, 'AccessLog', {
      // Below this prefix a log group needs no entry in the account's log resource policy, which has a size limit (AWS).
      logGroupName: `/aws/vendedlogs/${Stack.of(this).stackName}/http-api`,
      retention: settings.logRetentionDays,
      removalPolicy: settings.keepData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
  }

  private serveAt(domain: NonNullable<Settings['customDomain']>, stage: HttpStage): string {
    const certificate = Certificate.fromCertificateArn(this, 'Certificate', domain.certificateArn);
    const domainName = new DomainName(this, 'Domain', { domainName: domain.name, certificate });
    new ApiMapping(this, 'Mapping', { api: this.api, domainName, stage });
    return `https://${domain.name}`;
  }
}
