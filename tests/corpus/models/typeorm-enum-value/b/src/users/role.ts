export enum Role {
  Admin = "admin",
  Member = "member",
  Guest = "guest",
}

export const NAME_LENGTH = 80;
