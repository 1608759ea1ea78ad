export enum Role {
  Admin = "admin",
  Member = "member",
}

export const NAME_LENGTH = 80;
