import { signatureFault, type SignedRequest } from './s3-signature.js';

/** The examples of AWS: docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html */
const keys = {
  accessKey: 'AKIAIOSFODNN7EXAMPLE',
  secret: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  region: 'us-east-1',
};
const then = new Date('2013-05-24T00:00:00Z');
const ofNothing = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

const request = (over: Partial<SignedRequest>, signed: string, signature: string, headers = {}): SignedRequest => ({
  ...{ method: 'GET', target: '/', body: Buffer.alloc(0) },
  headers: {
    host: 'examplebucket.s3.amazonaws.com',
    'x-amz-date': '20130524T000000Z',
    'x-amz-content-sha256': ofNothing,
    authorization: `AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders=${signed},Signature=${signature}`,
    ...headers,
  },
  ...over,
});

const getObject = request(
  { target: '/test.txt' },
  'host;range;x-amz-content-sha256;x-amz-date',
  'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
  { range: 'bytes=0-9' },
);
const putObject = request(
  { method: 'PUT', target: '/test%24file.text', body: Buffer.from('Welcome to Amazon S3.') },
  'date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class',
  '98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd',
  {
    date: 'Fri, 24 May 2013 00:00:00 GMT',
    'x-amz-storage-class': 'REDUCED_REDUNDANCY',
    'x-amz-content-sha256': '44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072',
  },
);
const list = request(
  { target: '/?max-keys=2&prefix=J' },
  'host;x-amz-content-sha256;x-amz-date',
  '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7',
);
const lifecycle = request(
  { target: '/?lifecycle' },
  'host;x-amz-content-sha256;x-amz-date',
  'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543',
);

describe('the check of signatures', () => {
  it.each([
    ['GET with a range', getObject],
    ['PUT with an encoded path', putObject],
    ['a list with a query', list],
    ['a query without values', lifecycle],
  ])("takes AWS's example of %s", (_case, example) => {
    expect(signatureFault(example, keys, then)).toBeUndefined();
  });

  it.each([
    ['another secret', getObject, { ...keys, secret: 'other' }, 'SignatureDoesNotMatch'],
    ['another access key', getObject, { ...keys, accessKey: 'other' }, 'InvalidAccessKeyId'],
    ['another region', getObject, { ...keys, region: 'eu-west-1' }, 'AuthorizationHeaderMalformed'],
    ['another path', { ...getObject, target: '/other.txt' }, keys, 'SignatureDoesNotMatch'],
    ['another query', { ...list, target: '/?max-keys=2&prefix=K' }, keys, 'SignatureDoesNotMatch'],
    ['another method', { ...getObject, method: 'DELETE' }, keys, 'SignatureDoesNotMatch'],
    ['another body', { ...putObject, body: Buffer.from('Welcome') }, keys, 'XAmzContentSHA256Mismatch'],
    ['no signature', { ...getObject, headers: {} }, keys, 'AccessDenied'],
    ['a header beside the signature', withHeader(getObject, 'x-amz-acl', 'public-read'), keys, 'AccessDenied'],
  ])('refuses %s', (_case, changed, with_, code) => {
    expect(signatureFault(changed, with_, then)?.code).toBe(code);
  });

  it('refuses what was signed more than a quarter of an hour ago', () => {
    expect(signatureFault(getObject, keys, new Date(then.getTime() + 901_000))?.code).toBe('RequestTimeTooSkewed');
  });
});

function withHeader(example: SignedRequest, name: string, value: string): SignedRequest {
  return { ...example, headers: { ...example.headers, [name]: value } };
}
