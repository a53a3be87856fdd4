export { startForRun as default } from "@tollgate/shared/testing/postgres-for-jest";
