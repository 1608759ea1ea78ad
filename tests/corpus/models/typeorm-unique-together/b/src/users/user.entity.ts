import { Column, Entity, Index, JoinColumn, JoinTable, ManyToMany, ManyToOne, OneToMany, OneToOne, Unique } from "typeorm";
import { NAME_LENGTH, Role } from "./role";
import { Timestamped } from "../common/timestamped";
import { Post } from "./post.entity";

@Entity("users")
@Unique("uq_email_name", ["email", "displayName"])
export class User extends Timestamped {
  /** Where to write to. */
  @Column({ type: "varchar", length: 255 })
  email: string;

  @Column({ length: NAME_LENGTH, nullable: true })
  displayName: string;

  @Column({ default: true })
  isActive: boolean;

  @Column({ type: "enum", enum: Role, default: Role.Member })
  role: Role;

  @Column("decimal", { precision: 8, scale: 2, default: 0 })
  balance: string;

  @OneToMany(() => Post, (post) => post.author)
  posts: Post[];

  fullName(): string {
    return this.displayName ?? this.email;
  }
}
