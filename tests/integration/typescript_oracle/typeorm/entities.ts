import { Entity, Column, Index, Unique, Check, OneToMany, ManyToMany, JoinTable, OneToOne, JoinColumn, ManyToOne, PrimaryGeneratedColumn, PrimaryColumn, Generated, Tree, TreeParent, TreeChildren, TableInheritance, ChildEntity, ForeignKey } from "typeorm";
import { Base } from "./base";
export enum Role { ADMIN = "admin", USER = "user" }
export enum Level { LOW, HIGH = 5 }
const MAX = 100;
export class Name { @Column({ length: 10 }) first: string; @Column() lastName: string; }
@Entity()
export class Group { @PrimaryGeneratedColumn("identity", { type: "bigint" }) id: string; @Column() label: string; }
@Entity("users")
@Index(["email", "age"], { unique: true })
@Index("idx_named", ["age"], { where: '"age" > 3' })
@Unique(["email", "ok"])
@Unique("uq_x", ["age", "ok"])
@Check(`"age" > 0`)
export class User extends Base {
  @Index() @Column({ type: "varchar", length: 255, unique: true }) email: string;
  @Column() age: number;
  @Column({ default: true }) ok: boolean;
  @Column({ nullable: true }) born: Date;
  @Column("varchar", { length: MAX, default: "none" }) title: string;
  @Column("decimal", { precision: 10, scale: 2, default: 0 }) price: string;
  @Column({ type: "enum", enum: Role, default: Role.USER }) role: Role;
  @Column({ type: "enum", enum: Level, enumName: "lvl" }) level: Level;
  @Column({ type: "enum", enum: ["a", "b"], array: true, default: [] }) tags: string[];
  @Column("text", { array: true, default: "{}" }) words: string[];
  @Column("simple-array") sa: string[];
  @Column("jsonb", { default: {} }) data: object;
  @Column({ type: "timestamp", precision: 3, default: () => "CURRENT_TIMESTAMP" }) at: Date;
  @Column("time") t: string;
  @Column({ name: "nick_name" }) nickName: string;
  @Column(() => Name) name: Name;
  @Column(() => Name, { prefix: "alt" }) other: Name;
  @Column(() => Name, { prefix: false }) flat: Name;
  @Column("int8") big: string;
  @Column("float") fl: number;
  @Column("char", { length: 2 }) cc: string;
  @Column() @Generated("uuid") token: string;
  @OneToMany(() => Post, (p) => p.author) posts: Post[];
  @ManyToMany(() => Group) @JoinTable() groups: Group[];
  @OneToOne(() => Group) @JoinColumn() main: Group;
}
@Entity({ name: "posts", schema: "blog" })
export class Post {
  @PrimaryGeneratedColumn() id: number;
  @Column("uuid", { nullable: true }) authorId: string;
  @ManyToOne(() => User, (u) => u.posts, { onDelete: "CASCADE" }) author: User;
  @ManyToOne("Group", { nullable: false }) @JoinColumn({ name: "group_id" }) group: Group;
  @Index("idx_rel") @ManyToOne(() => User) editor: User;
}
@Entity() export class APIKeyHTTPThing { @PrimaryColumn("varchar", {length: 5}) code: string; @PrimaryColumn() n: number; }
@Entity() export class Pair { @PrimaryColumn() x: number; @ManyToOne(() => APIKeyHTTPThing) thing: APIKeyHTTPThing; }
@Entity() @Tree("materialized-path") export class Cat { @PrimaryGeneratedColumn() id: number; @TreeChildren() children: Cat[]; @TreeParent({ onDelete: "CASCADE" }) parent: Cat; }
@Entity() @Tree("closure-table") export class Dog { @PrimaryGeneratedColumn() id: number; @TreeChildren() children: Dog[]; @TreeParent() parent: Dog; }
@Entity() @Tree("nested-set") export class Nest { @PrimaryGeneratedColumn() id: number; @TreeChildren() children: Nest[]; @TreeParent() parent: Nest; }
@Entity() @TableInheritance({ column: { type: "varchar", name: "kind" } }) export class Content { @PrimaryGeneratedColumn() id: number; @Column() title: string; }
@ChildEntity() export class Photo extends Content { @Column() size: string; @ManyToOne(() => Cat) cat: Cat; }
@Entity() export class Base1 { @PrimaryGeneratedColumn() id: number; @Column() a: string; }
@Entity() export class Made { @PrimaryGeneratedColumn("identity", { generatedIdentity: "ALWAYS" }) id: number; @Column() @Generated() place: number; }
@Entity() export class Derived extends Base1 { @Column() b: string; }
@Entity() export class Self { @PrimaryGeneratedColumn() id: number; @ManyToMany(() => Self) @JoinTable() friends: Self[]; @ManyToMany(() => User) @JoinTable({ name: "self_user", joinColumn: { name: "self_id" }, inverseJoinColumn: { name: "user_id" } }) us: User[]; }
@Index(["currency", "cents"]) @Unique(["cents"]) export class Money { @Column({ length: 3 }) currency: string; @Column("bigint") cents: string; @Index() @Column({ nullable: true }) note: string; }
@Entity() export class Bill { @PrimaryGeneratedColumn() id: number; @Column(() => Money) sum: Money; @Column(() => Money, { prefix: "old_" }) before: Money; @ManyToMany(() => APIKeyHTTPThing) @JoinTable() things: APIKeyHTTPThing[]; }
@Entity() @ForeignKey(() => APIKeyHTTPThing, ["code", "number"], ["code", "n"], { onDelete: "CASCADE" })
export class Keyed { @PrimaryGeneratedColumn() id: number; @Column({ length: 5 }) code: string; @Column({ name: "num" }) number: number; @ForeignKey(() => Bill) @Column() billId: number; @ForeignKey<User>(() => User, (u) => u.email, { onDelete: "SET NULL" }) @Column({ nullable: true, name: "mail", length: 255 }) userMail: string; }
