import { ChildEntity, Column, TableInheritance, Entity, ManyToOne, PrimaryGeneratedColumn } from "typeorm";
import { User } from "./user.entity";

@Entity({ name: "posts" })
@TableInheritance({ column: { type: "varchar", name: "kind" } })
export class Post {
  @PrimaryGeneratedColumn("uuid")
  id: string;

  @Column()
  title: string;

  @ManyToOne(() => User, (user) => user.posts, { onDelete: "CASCADE" })
  author: User;
}

@ChildEntity()
export class Review extends Post {
  @Column()
  stars: number;
}
