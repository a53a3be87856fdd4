import { decodeJwt, decodeProtectedHeader, type JWTPayload } from "jose";

export type Answer = {
  access_token: string;
  expires_in: number;
  scope?: string;
  token_type: string;
  error?: string;
  error_description?: string;
};

export async function answerOf(response: Response): Promise<Answer> {
  return (await response.json()) as Answer;
}

/** What a token says, unproven. */
export async function claimsOf(response: Response): Promise<JWTPayload> {
  return decodeJwt((await answerOf(response)).access_token);
}

export async function headerOf(response: Response) {
  return decodeProtectedHeader((await answerOf(response)).access_token);
}
