/** The real containers, driven from outside: see stack.ts. */
export default {
  rootDir: ".",
  testMatch: ["<rootDir>/journeys/**/*.test.ts"],
  transform: {}, // Node strips the types itself
  extensionsToTreatAsEsm: [".ts"],
  moduleFileExtensions: ["ts", "js", "mjs", "cjs", "json", "node"],
  testEnvironment: "node",
  globalSetup: "<rootDir>/jest.start.js",
  globalTeardown: "<rootDir>/jest.stop.js",
  maxWorkers: 2,
  testTimeout: 120_000,
};
