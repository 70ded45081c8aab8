import * as z from 'zod';
import { json, Location } from './describe-route.ts';
import {
  AddedFile,
  CompletedUpload,
  CompleteRequest,
  FileDeclaration,
  ListedParts,
  SignedUpload,
  SignRequest,
} from './kit/upload-schemas.ts';
import type { RouteDescription } from './route-descriptions.ts';
import type { RouteName, routes } from './routes.ts';

/** The names of the routes by which files come and go from outside. */
type FileRouteName = {
  [Name in RouteName]: (typeof routes)[Name]['handledBy'] extends 'receive-file' | 'open-file' ? Name : never;
}[RouteName];

const FileQuery = z.object({
  upload: z.string().optional().describe('What takes the place of the key, as the addresses in answers have it.'),
});

const attachment: z.infer<typeof AddedFile>['attachment'] = {
  id: 'tGmXWb4zPq0eK1vYc2Ld',
  field: 'screenshot',
  fileName: 'screen.png',
  contentType: 'image/png',
  size: 48_213,
  state: 'pending',
  createdAt: '2026-11-21T09:00:05.000Z',
};

const inParts = { ...attachment, fileName: 'dump.bin', contentType: 'application/octet-stream', size: 209_715_200 };

const form: z.infer<typeof SignedUpload>['upload'] = {
  method: 'POST',
  url: 'https://attachments.s3.eu-central-1.amazonaws.com',
  fields: { key: 'attachments/apollo/BUG-0001/screenshot/tGmXWb4zPq0eK1vYc2Ld', policy: 'e30=' },
  expiresAt: '2026-11-21T10:00:05.000Z',
  maxBytes: 48_213,
};

const files = 'https://api.example.com/api/v1/projects/apollo/feedback/appcrashlog/BUG-0001/files/screenshot';
const refusals: RouteDescription['refusals'] = [401, 404, 403, 429, 400, 409, 413, 415, 503];

/** The descriptions of the routes by which files come and go from outside, by their names. */
export const fileDescriptions: Readonly<Record<FileRouteName, RouteDescription>> = {
  'receive-file': {
    tag: 'Files',
    summary: 'Add a file to a ticket',
    description:
      'Either declare it, and send it to the address in the answer: in one form, or in parts where that is wanted or it has more than 100 MiB. Or send it with the call, up to 4 MiB. It is `stored` once S3 says that it is there, and what was declared.',
    query: FileQuery,
    body: {
      ...json(FileDeclaration, { fileName: 'screen.png', contentType: 'image/png', size: 48_213 }),
      'multipart/form-data': { schema: z.object({ file: z.string().meta({ format: 'binary' }) }) },
    },
    answers: {
      201: {
        description: 'The attachment, and how to send the file where it did not come with the call.',
        content: json(AddedFile, {
          status: 201,
          attachment,
          upload: {
            ...form,
            sign: `${files}/${attachment.id}/sign?upload=…`,
            list: `${files}/${attachment.id}?upload=…`,
            abort: `${files}/${attachment.id}?upload=…`,
          },
        }),
      },
    },
    refusals,
  },
  'list-parts': {
    tag: 'Files',
    summary: 'Ask what has become of a file',
    description: 'With the parts that are there, of a file that comes in parts: an upload goes on with the others.',
    query: FileQuery,
    answers: {
      200: {
        description: 'The attachment as it is now.',
        content: json(ListedParts, {
          status: 200,
          attachment: inParts,
          partSize: 16_777_216,
          parts: [{ number: 1, size: 16_777_216, etag: '0f343b0931126a20f133d67c2b018a3b' }],
        }),
      },
    },
    refusals,
  },
  'sign-parts': {
    tag: 'Files',
    summary: 'Get fresh addresses for a file',
    description:
      'Of the parts that are named, or of the form of a file that comes in one; for 7 days after it was declared.',
    query: FileQuery,
    body: json(SignRequest, { parts: [9, 10] }),
    answers: {
      200: {
        description: 'The addresses.',
        content: json(SignedUpload, {
          status: 200,
          parts: [9, 10].map((number) => ({
            number,
            url: `https://attachments.s3.eu-central-1.amazonaws.com/…?partNumber=${number}`,
          })),
          expiresAt: '2026-11-21T10:00:05.000Z',
        }),
      },
    },
    refusals,
  },
  'complete-upload': {
    tag: 'Files',
    summary: 'Put the parts of a file together',
    description: 'In whatever order they are named. Parts that do not add up to the declared size are refused.',
    query: FileQuery,
    body: json(CompleteRequest, { parts: [{ number: 1, etag: 'd41d8cd98f00b204e9800998ecf8427e' }] }),
    answers: {
      200: {
        description: 'The attachment; it is stored a moment later.',
        content: json(CompletedUpload, { status: 200, attachment }),
      },
    },
    refusals,
  },
  'abort-upload': {
    tag: 'Files',
    summary: 'Give an upload up',
    description: 'Its parts are removed, and what still comes of it as well.',
    query: FileQuery,
    answers: { 204: { description: 'It is given up.' } },
    refusals,
  },
  'open-file': {
    tag: 'Files',
    summary: 'Open a link to a file',
    description: 'As macros send it with `((attachments))`: it works for 7 days, as long as the file is there.',
    answers: { 302: { description: 'Where the file is, for 5 minutes.', headers: Location } },
    refusals: [404, 503],
  },
};
