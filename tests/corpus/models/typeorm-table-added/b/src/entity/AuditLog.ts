import { Column, Entity, PrimaryGeneratedColumn } from "typeorm";

@Entity()
export class AuditLogEntry {
  @PrimaryGeneratedColumn()
  id: number;

  @Column("text")
  message: string;
}
