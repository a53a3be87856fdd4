import type { Step } from "../context.ts";
import type { AnswerProblem } from "../http/answer-problem.ts";

/** Whatever a later step throws becomes an answer here, and nowhere else. */
export function reportProblems(answerProblem: AnswerProblem): Step {
  return function reportProblems(ctx, next) {
    try {
      const running = next();
      if (!(running instanceof Promise)) return undefined;
      return running.catch((error: unknown) => answerProblem(ctx, error));
    } catch (error) {
      return answerProblem(ctx, error);
    }
  };
}
