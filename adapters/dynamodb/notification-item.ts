import { notificationLane } from '../../core/deliveries/message.ts';
import type { Notification } from '../../core/notifications/notification.ts';
import { type DeliveryStorage, fastPathMs } from './deliveries.ts';
import { dueKey, notificationKey } from './keys.ts';

/** What a notification goes by in messages and due entries. */
export function notificationName({ project, ticket, id }: Pick<Notification, 'project' | 'ticket' | 'id'>): string {
  return `${project}/${ticket}/${id}`;
}

/** A notification as it lies in the table: due until its team has been told, so that it is found even if its message is lost. */
export function notificationItem(
  notification: Notification,
  { dueShards, now }: Pick<DeliveryStorage, 'dueShards' | 'now'>,
): Record<string, unknown> {
  const name = notificationName(notification);
  const dueAt = new Date(now + fastPathMs).toISOString();
  return {
    ...notificationKey(name),
    ...dueKey({ id: name, lane: notificationLane }, dueAt, dueShards),
    ...notification,
    type: 'notification',
    version: 1,
  };
}
