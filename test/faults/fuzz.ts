/** Where every fuzzer of this suite begins; fast-check prints it when a run fails, with the smallest input that does. */
export const SEED = Number(process.env.STEPWELL_FUZZ_SEED ?? 20_250_601);
