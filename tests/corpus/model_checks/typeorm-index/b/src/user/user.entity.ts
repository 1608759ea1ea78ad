import { Column, Entity, Index, PrimaryGeneratedColumn } from "typeorm";

@Entity("users")
@Index("ix_name", ["name"])
export class User {
  @PrimaryGeneratedColumn()
  id: number;

  @Column({ length: 50 })
  name: string;
}
