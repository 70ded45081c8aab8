import { curlCommand } from '../../core/deliveries/curl.ts';
import { notFound, refuse } from '../kit/http.ts';
import type { Handle, ProjectCall } from './call.ts';
import { findCalledDelivery, isBodyGone, readStoredBody } from './deliveries.ts';

/** Answers with a command that sends a delivery's recorded request by hand, secrets left to whoever runs it. */
export const copyAsCurl: Handle<ProjectCall> = async (dependencies, call) => {
  const found = await findCalledDelivery(dependencies, call);
  if (found === undefined) return notFound();
  const { request, mail, id, replayOf } = found.delivery;
  if (mail !== undefined) return refuse(409, 'This delivery is an e-mail, which curl does not send.');
  if (request === undefined) return refuse(409, 'This delivery was never rendered, so there is no request to copy.');
  const parts = await readStoredBody(dependencies, found.delivery);
  if (isBodyGone(found.delivery, parts)) return refuse(409, 'The recorded body is gone: run the macro again.');
  const webhookId = replayOf ?? id;
  const isReplay = replayOf !== undefined;
  const body = curlCommand({ request, body: parts ?? request.body, webhookId, isReplay });
  return { status: 200, raw: { body, contentType: 'text/plain; charset=utf-8' } };
};
