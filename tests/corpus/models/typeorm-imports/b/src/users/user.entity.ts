import * as orm from "typeorm";
import { Column as Field, OneToMany } from "typeorm";
import { NAME_LENGTH, Role } from "./role";
import { Timestamped } from "../common/timestamped";
import { Post } from "./post.entity";

@orm.Entity("users")
export class User extends Timestamped {
  /** Where to write to. */
  @Field({ type: "varchar", length: 255 })
  email: string;

  @Field({ length: NAME_LENGTH, nullable: true })
  displayName: string;

  @orm.Column({ default: true })
  isActive: boolean;

  @Field({ type: "enum", enum: Role, default: Role.Member })
  role: Role;

  @Field("decimal", { precision: 8, scale: 2, default: 0 })
  balance: string;

  @OneToMany(() => Post, (post) => post.author)
  posts: Post[];

  fullName(): string {
    return this.displayName ?? this.email;
  }
}
