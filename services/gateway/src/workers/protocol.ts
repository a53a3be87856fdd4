import type { Checked } from "@tollgate/shared/health";
import type { MetricObjectWithValues, MetricValue } from "prom-client";
import type { Lease } from "../limits/token-bucket.ts";
import type { Rate } from "../routes/schema.ts";

export type LeaseQuestion = {
  prefix: string;
  rate: Rate;
  key: string;
  /** How many requests would be of use, and how many of the last lease were not. */
  wanted: number;
  unused: number;
};

export type SlotsQuestion = { name: string; limit: number };

export type MetricsSnapshot = MetricObjectWithValues<MetricValue<string>>[];

/** What a worker asks of the primary. */
export type PrimaryAnswers = {
  /** The text of the routes in force, which need not be the file's. */
  routes: () => string | undefined;
  lease: (question: LeaseQuestion) => Lease;
  /** How many slots more it may fill; 0 when there are none. */
  slots: (question: SlotsQuestion) => Promise<number>;
  listening: (port: number) => void;
  /** Why it cannot start with this configuration. */
  cannotStart: (faults: readonly string[]) => void;
};

/** What the primary asks of a worker. */
export type WorkerAnswers = {
  replaceRoutes: (text: string) => boolean;
  readiness: () => Promise<Checked>;
  metrics: () => Promise<MetricsSnapshot>;
  /** Takes back the slots of that name that are not filled; says how many they were. */
  idleSlots: (name: string) => number;
  stop: () => void;
};
