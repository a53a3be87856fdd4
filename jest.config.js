/** Node strips the types itself, so Jest transforms nothing. */
const native = {
  transform: {},
  extensionsToTreatAsEsm: [".ts"],
  moduleFileExtensions: ["ts", "js", "mjs", "cjs", "json", "node"],
  testEnvironment: "node",
};

/** What runs whole gateways and processes takes longer than whoever runs `make check` would wait. */
const live = [
  "/services/gateway/test/[^/]+\\.test\\.ts$",
  "/services/gateway/test/(workers|upgrade|revocation)/.*\\.test\\.ts$",
  "/services/setup/test/dev/processes/.*\\.test\\.ts$",
];

export default {
  testTimeout: 60_000, // a machine that is slow or busy is no failure
  projects: [
    {
      ...native,
      displayName: "unit",
      testMatch: ["<rootDir>/{shared,services/*,bench}/test/**/*.test.ts"],
      testPathIgnorePatterns: ["/node_modules/", "/test/postgres/", ...live],
    },
    { ...native, displayName: "live", testRegex: live },
    {
      ...native,
      displayName: "postgres",
      testMatch: ["<rootDir>/{shared,services/*}/test/postgres/**/*.test.ts"],
      globalSetup: "<rootDir>/jest.postgres-start.js",
      globalTeardown: "<rootDir>/jest.postgres-stop.js",
    },
  ],
};
