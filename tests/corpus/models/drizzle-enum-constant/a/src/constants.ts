export const STATUSES = ["new", "paid"] as const;
