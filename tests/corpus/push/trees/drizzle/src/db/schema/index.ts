export * from "./contacts";
export * from "./companies";
