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

  @Column() age: number;
  @Column() seen: Date;
  @Column() nick: string;
  @Column() ok: boolean;
  @Column("jsonb") data: object;
  @Column("uuid") token: string;
  @Column("timestamptz", { precision: 3 }) at: Date;
  @Column("text", { array: true }) words: string[];
  @Column("int8") big: string;
  @Column("float") ratio: number;
  @Column("simple-array") list: string[];
  @Column({ type: "char", length: 2 }) country: string;
  @Column({ type: "numeric", precision: 12, scale: 4 }) price: string;
  @Column("inet") address: string;
  @Column({ type: String, length: 9 }) zip: string;
  @Column({ type: "date" }) born: string;

  @OneToMany(() => Post, (post) => post.author)
  posts: Post[];

  fullName(): string {
    return this.displayName ?? this.email;
  }
}
