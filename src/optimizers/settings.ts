import { z } from "zod";

/** A decay: 1 itself would never forget. */
export const belowOne = z.number().min(0).lt(1);
