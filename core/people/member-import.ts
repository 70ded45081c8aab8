import * as z from 'zod';

/** Pieces that one file comes in at most, of 1 MiB each. */
export const maxPieces = 20;

/** A piece as it was received: its size and its SHA-256; `parts` is how many items hold it. */
const Piece = z.object({ bytes: z.int(), sha256: z.string(), parts: z.int() });
export type Piece = z.infer<typeof Piece>;

/** A file of members that comes in pieces, until it is imported by a run. */
export const MemberImport = z.object({
  id: z.string(),
  project: z.string(),
  state: z.enum(['open', 'started']),
  pieces: z.record(z.string(), Piece),
  run: z.string().optional().describe('The run that imports it, once it is started.'),
  createdAt: z.iso.datetime(),
});
export type MemberImport = z.infer<typeof MemberImport>;

/** An import as it is shown. */
export const ShownImport = MemberImport.omit({ pieces: true })
  .extend({
    pieces: z.array(Piece.omit({ parts: true }).extend({ number: z.int() })).describe('Those that are there.'),
  })
  .meta({ id: 'Import' });

/** The pieces of a file in their order. */
export function listPieces({ pieces }: Pick<MemberImport, 'pieces'>): (Piece & { number: number })[] {
  const listed = Object.entries(pieces).map(([number, piece]) => ({ number: Number(number), ...piece }));
  return listed.toSorted((one, other) => one.number - other.number);
}

/** Why a file cannot be read yet; undefined where its pieces follow one another from 1. */
export function whyIncomplete(held: Pick<MemberImport, 'pieces'>): string | undefined {
  const numbers = listPieces(held).map(({ number }) => number);
  const missing = Array.from({ length: numbers.at(-1) ?? 1 }, (_, place) => place + 1).find(
    (n) => !numbers.includes(n),
  );
  return missing === undefined ? undefined : `Piece ${missing} is missing: send it first (PUT …/pieces/${missing}).`;
}
