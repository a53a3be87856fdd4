import { abortedRequests } from "./aborted-requests.ts";
import type { Check } from "./check.ts";
import { goodCaller } from "./good-caller.ts";
import { slowReader } from "./slow-reader.ts";

export const allChecks: readonly Check[] = [goodCaller, slowReader, abortedRequests];
