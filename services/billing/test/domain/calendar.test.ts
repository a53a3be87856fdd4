import { expect, test } from "@jest/globals";
import { addDays, dayIn, isDay, isLocale, isTimezone } from "../../src/domain/calendar.ts";

test("the last minutes of a year are the next year further east", () => {
  const instant = new Date("2026-12-31T23:30:00Z");

  expect(dayIn("UTC", instant)).toBe("2026-12-31");
  expect(dayIn("America/Los_Angeles", instant)).toBe("2026-12-31");
  expect(dayIn("Europe/Vienna", instant)).toBe("2027-01-01");
  expect(dayIn("Pacific/Auckland", instant)).toBe("2027-01-01");
});

test("a day more is a day more when the clocks change, too", () => {
  expect(addDays("2026-03-28", 2)).toBe("2026-03-30"); // Vienna's short night
  expect(addDays("2026-10-24", 2)).toBe("2026-10-26"); // its long one
  expect(addDays("2028-02-28", 1)).toBe("2028-02-29");
  expect(addDays("2026-12-31", 365)).toBe("2027-12-31");
});

test("only days that exist are days", () => {
  expect(["2026-01-31", "2028-02-29"].every(isDay)).toBe(true);
  const no = ["2026-02-29", "2026-02-30", "2026-13-01", "2026-1-1", "0001-01-01", "9999-12-31", ""];
  expect(no.filter(isDay)).toEqual([]);
});

test("zones and languages are those that exist", () => {
  expect(["UTC", "Europe/Vienna", "America/Argentina/Buenos_Aires"].every(isTimezone)).toBe(true);
  expect(["", "+02:00", "Mars/Olympus", "Europe/Vienna; x"].filter(isTimezone)).toEqual([]);
  expect(["en", "de-AT"].every(isLocale)).toBe(true);
  expect(["", "not a tag", "x"].filter(isLocale)).toEqual([]);
});
