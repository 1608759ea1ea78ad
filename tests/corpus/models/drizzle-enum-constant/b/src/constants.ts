export const STATUSES = ["new", "paid", "gone"] as const;
