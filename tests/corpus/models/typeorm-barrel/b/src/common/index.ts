export * from "./timestamped";
