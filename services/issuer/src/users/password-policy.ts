/**
 * NIST SP 800-63B section 3.1.1.2: length counts, any character may be in it, no rule of composition;
 * what is guessed first is refused. Of the lists of leaked passwords, these are long enough to matter.
 */
const shortest = 12;
const longest = 128;

const guessedFirst = new Set([
  ...["password", "passw0rd", "qwerty", "letmein", "welcome", "iloveyou", "admin", "monkey"],
  ...["dragon", "football", "sunshine", "princess", "trustno", "whatever", "changeme", "secret"],
  ...["abc", "qwertyuiop", "asdfghjkl", "administrator", "correcthorsebatterystaple", "tollgate"],
]);

/** What is wrong with a new password, as a sentence's end; undefined for a good one. */
export function passwordFault(password: string, username: string): string | undefined {
  const text = password.normalize("NFC");
  const length = [...text].length;
  if (length < shortest) return `it must have ${shortest} characters at least`;
  if (length > longest) return `it must have ${longest} characters at most`;
  if (/\p{Cc}/u.test(text)) return "it must be one line, without control characters";
  const plain = text.toLowerCase();
  if (/^(.{1,4})\1+.{0,3}$/u.test(plain)) return "it is a few characters repeated";
  if (isRun(plain)) return "it is a row of neighbouring characters";
  if (isMadeOf(guessedFirst, plain)) return "it is among those that are guessed first";
  if (isMadeOf(namesIn(username), plain)) return "it is made of the username";
  return undefined;
}

/** 123456789012, zyxwvutsrqpo: each character next to the one before. */
function isRun(text: string): boolean {
  const points = [...text].map((character) => character.codePointAt(0) ?? 0);
  const steps = points.slice(1).map((point, at) => point - (points[at] ?? 0));
  return steps.filter((step) => Math.abs(step) === 1).length >= steps.length - 2;
}

/** One of the words, once or repeated, with what is usually put around it. */
function isMadeOf(words: Iterable<string>, text: string): boolean {
  return [...words].some((word) => {
    const rest = text.replaceAll(word, "");
    return rest !== text && (/^\P{L}*$/u.test(rest) || rest.length < 5);
  });
}

/** Of an e-mail address also what is before the @. */
function namesIn(username: string): string[] {
  return [username, username.split("@")[0] ?? ""].filter((name) => name.length >= 3);
}
