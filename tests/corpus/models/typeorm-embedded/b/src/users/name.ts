import { Column } from "typeorm";

export class Address {
  @Column({ length: 100 })
  street: string;

  @Column({ nullable: true })
  zip: string;
}
