import type { Adapter, AdapterPayload } from 'oidc-provider';

type Entry = { payload: AdapterPayload; expiresAt: number };

/** Makes the issuer's storage for one kind of thing: sessions and codes, which need not survive a restart. */
export function memoryAdapter(): Adapter {
  const entries = new Map<string, Entry>();
  const live = (id: string) => {
    const entry = entries.get(id);
    if (entry === undefined || entry.expiresAt > Date.now()) return entry?.payload;
    entries.delete(id);
    return undefined;
  };
  const findBy = (matches: (payload: AdapterPayload) => boolean) =>
    [...entries.keys()].map(live).find((found) => found && matches(found));
  return {
    upsert: async (id, payload, expiresIn) => {
      entries.set(id, { payload, expiresAt: Date.now() + (expiresIn || 86_400) * 1000 });
    },
    find: async (id) => live(id),
    findByUid: async (uid) => findBy((payload) => payload.uid === uid),
    findByUserCode: async (userCode) => findBy((payload) => payload.userCode === userCode),
    consume: async (id) => {
      const payload = live(id);
      if (payload !== undefined) payload.consumed = Math.floor(Date.now() / 1000);
    },
    destroy: async (id) => {
      entries.delete(id);
    },
    revokeByGrantId: async (grantId) => {
      for (const [id, { payload }] of entries) if (payload.grantId === grantId) entries.delete(id);
    },
  };
}
