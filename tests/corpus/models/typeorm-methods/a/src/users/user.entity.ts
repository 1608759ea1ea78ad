import { Column, Entity, Index, JoinColumn, JoinTable, ManyToMany, ManyToOne, OneToMany, OneToOne } from "typeorm";
import { NAME_LENGTH, Role } from "./role";
import { Timestamped } from "../common/timestamped";
import { Post } from "./post.entity";

@Entity("users")
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
