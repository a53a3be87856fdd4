/** Node strips the types itself, so Jest transforms nothing. */
const native = {
  transform: {},
  extensionsToTreatAsEsm: [".ts"],
  moduleFileExtensions: ["ts", "js", "mjs", "cjs", "json", "node"],
  testEnvironment: "node",
};

export default {
  testTimeout: 15_000,
  projects: [
    {
      ...native,
      displayName: "unit",
      testMatch: ["<rootDir>/{shared,services/*}/test/**/*.test.ts"],
      testPathIgnorePatterns: ["/node_modules/", "/test/postgres/"],
    },
    {
      ...native,
      displayName: "postgres",
      testMatch: ["<rootDir>/{shared,services/*}/test/postgres/**/*.test.ts"],
      globalSetup: "<rootDir>/jest.postgres-start.js",
      globalTeardown: "<rootDir>/jest.postgres-stop.js",
    },
  ],
};
